import { z } from 'zod'
import type { Derivation } from '../../core/sample.js'
import { defineFilter } from '../define.js'
import { int, text } from '../params.js'
import { sysMaxsize } from '../range.js'
import { boundedPieces } from '../text/tokenized-words.js'

const encodings = ['o200k_base', 'cl100k_base', 'p50k_base', 'r50k_base'] as const

/** Keeps samples by their number of tokens (Data-Juicer, with the encodings of OpenAI in place of a Hugging Face tokenizer). */
export const tokenNumFilter = defineFilter({
  name: 'token_num_filter',
  summary: 'Keeps samples whose number of tokens lies within bounds.',
  params: {
    hf_tokenizer: text('EleutherAI/pythia-6.9b-deduped').describe(
      'Tokenizer of Data-Juicer; accepted, but counting is done by `encoding`.',
    ),
    encoding: z.enum(encodings).default('o200k_base').describe('Byte-pair encoding that tokens are counted by.'),
    min_num: int(10).describe('Fewest tokens that are kept.'),
    max_num: int(sysMaxsize).describe('Most tokens that are kept.'),
  },
  stats: ['num_token'],
  thresholds: [{ stat: 'num_token', min: 'min_num', max: 'max_num' }],
  async create({ encoding, min_num, max_num }, { textKey, inRange }) {
    const { countTokens } = await load(encoding)
    const tokens: Derivation<number> = {
      name: `tokens of ${encoding}`,
      compute: content =>
        boundedPieces(content).reduce((sum, piece) => sum + countTokens(piece, { disallowedSpecial: new Set() }), 0),
    }
    return {
      computeStats(sample) {
        sample.stats['num_token'] ??= sample.derive(textKey, tokens)
      },
      keep: sample => inRange(sample.stats['num_token'], min_num, max_num),
    }
  },
})

function load(encoding: (typeof encodings)[number]) {
  switch (encoding) {
    case 'o200k_base':
      return import('gpt-tokenizer/encoding/o200k_base')
    case 'cl100k_base':
      return import('gpt-tokenizer/encoding/cl100k_base')
    case 'p50k_base':
      return import('gpt-tokenizer/encoding/p50k_base')
    case 'r50k_base':
      return import('gpt-tokenizer/encoding/r50k_base')
  }
}
