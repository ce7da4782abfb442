import { z } from 'zod'
import { defineFilter } from '../define.js'
import { modelDirParam, substituteParam } from '../models/params.js'
import { tokenizerSubstitute, tokensBy, tokensByEncoding } from '../models/text-tokens.js'
import { int, text } from '../params.js'
import { sysMaxsize } from '../range.js'
import { encodings } from '../text/tokens/token-counter.js'

const defaultTokenizer = 'EleutherAI/pythia-6.9b-deduped'

/** Keeps samples by their number of tokens (Data-Juicer). */
export const tokenNumFilter = defineFilter({
  name: 'token_num_filter',
  version: '3',
  summary: 'Keeps samples whose number of tokens lies within bounds.',
  params: {
    hf_tokenizer: text(defaultTokenizer).describe(
      'Tokenizer of Hugging Face: a folder with its `tokenizer.json`, or a name that is in the local cache.',
    ),
    encoding: z
      .enum(encodings)
      .nullish()
      .describe('Byte-pair encoding of OpenAI that tokens are counted by, in place of `hf_tokenizer`.'),
    model_dir: modelDirParam,
    substitute_tokenizer: substituteParam,
    min_num: int(10).describe('Fewest tokens that are kept.'),
    max_num: int(sysMaxsize).describe('Most tokens that are kept.'),
  },
  stats: ['num_token'],
  thresholds: [{ stat: 'num_token', min: 'min_num', max: 'max_num' }],
  example: {
    params: { encoding: 'o200k_base', min_num: 4, max_num: 8192 },
    cases: [
      { sample: { text: 'Hello, world!' }, stats: { num_token: 4 }, kept: true },
      { sample: { text: 'Hello' }, stats: { num_token: 1 }, kept: false },
    ],
  },
  substitute({ hf_tokenizer, encoding, ...rest }) {
    if (encoding) return undefined
    const name = hf_tokenizer ?? defaultTokenizer
    const substitute = tokenizerSubstitute({ ...rest, hf_tokenizer: name })
    if (substitute === undefined) return undefined
    return `tokens are counted by ${substitute}, in place of the tokenizer ${name}, which is not here`
  },
  async create({ hf_tokenizer, encoding, min_num, max_num, ...choice }, { textKey, inRange }) {
    const { tokens, ...read } = encoding
      ? await tokensByEncoding(encoding)
      : await tokensBy({ ...choice, hf_tokenizer: hf_tokenizer ?? defaultTokenizer })
    return {
      ...read,
      computeStats(sample) {
        sample.stats['num_token'] ??= sample.derive(textKey, tokens)
      },
      keep: sample => inRange(sample.stats['num_token'], min_num, max_num),
    }
  },
})
