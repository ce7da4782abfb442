import { defineFilter } from '../define.js'
import { modelDirParam, substituteParam } from '../models/params.js'
import { tokenizerSubstitute, tokensBy } from '../models/text-tokens.js'
import { bool, float } from '../params.js'
import { sysMaxsize } from '../range.js'
import { charCounts } from '../text/char-counts.js'

/** Data-Juicer takes no other for this. */
const tokenizer = 'EleutherAI/pythia-6.9b-deduped'

/** Keeps samples by their share of letters and numbers (Data-Juicer). */
export const alphanumericFilter = defineFilter({
  name: 'alphanumeric_filter',
  summary: 'Keeps samples whose share of letters and numbers lies within bounds.',
  params: {
    tokenization: bool(false).describe(
      'Divide the letters by the tokens of `EleutherAI/pythia-6.9b-deduped` instead of letters and numbers by characters; see docs/recipes.md.',
    ),
    model_dir: modelDirParam,
    substitute_tokenizer: substituteParam,
    min_ratio: float(0.25).describe('Smallest share that is kept.'),
    max_ratio: float(sysMaxsize).describe('Largest share that is kept.'),
  },
  stats: ['alnum_ratio', 'alpha_token_ratio'],
  thresholds: [
    { stat: 'alnum_ratio', min: 'min_ratio', max: 'max_ratio' },
    { stat: 'alpha_token_ratio', min: 'min_ratio', max: 'max_ratio' },
  ],
  example: {
    params: { min_ratio: 0.5 },
    cases: [
      { sample: { text: 'Tide 12' }, stats: { alnum_ratio: 0.8571428571428571 }, kept: true },
      { sample: { text: '=== *** ===' }, stats: { alnum_ratio: 0 }, kept: false },
    ],
  },
  substitute(params) {
    const substitute =
      params.tokenization === true ? tokenizerSubstitute({ ...params, hf_tokenizer: tokenizer }) : undefined
    if (substitute === undefined) return undefined
    return `tokenization: true counts tokens of ${substitute}, in place of the tokenizer ${tokenizer}, which is not here`
  },
  async create({ tokenization, min_ratio, max_ratio, ...choice }, { textKey, inRange }) {
    if (tokenization !== true)
      return {
        computeStats(sample) {
          if (sample.stats['alnum_ratio'] !== undefined) return
          const { alnum, codePoints } = sample.derive(textKey, charCounts)
          sample.stats['alnum_ratio'] = codePoints === 0 ? 0 : alnum / codePoints
        },
        keep: sample => inRange(sample.stats['alnum_ratio'], min_ratio, max_ratio),
      }
    const { tokens, ...read } = await tokensBy({ ...choice, hf_tokenizer: tokenizer })
    return {
      ...read,
      computeStats(sample) {
        sample.stats['alpha_token_ratio'] ??= alphaShare(sample.text(textKey), sample.derive(textKey, tokens))
      },
      keep: sample => inRange(sample.stats['alpha_token_ratio'], min_ratio, max_ratio),
    }
  },
})

function alphaShare(text: string, tokens: number): number {
  return tokens === 0 ? 0 : (text.match(/\p{L}/gu)?.length ?? 0) / tokens
}
