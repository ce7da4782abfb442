import { z } from 'zod'
import type { Derivation } from '../../core/sample.js'
import { defineFilter } from '../define.js'
import { int, text } from '../params.js'
import { sysMaxsize } from '../range.js'
import { encodings, loadTokenCounter } from '../text/tokens/token-counter.js'

/** Keeps samples by their number of tokens (Data-Juicer, with the encodings of OpenAI in place of a Hugging Face tokenizer). */
export const tokenNumFilter = defineFilter({
  name: 'token_num_filter',
  version: '2',
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
  example: {
    params: { min_num: 4, max_num: 8192 },
    cases: [
      { sample: { text: 'Hello, world!' }, stats: { num_token: 4 }, kept: true },
      { sample: { text: 'Hello' }, stats: { num_token: 1 }, kept: false },
    ],
  },
  substitute: ({ hf_tokenizer, encoding }) =>
    `tokens are counted by ${encoding}, in place of the tokenizer ${hf_tokenizer ?? 'of Data-Juicer'} of Hugging Face`,
  async create({ encoding, min_num, max_num }, { textKey, inRange }) {
    const tokens: Derivation<number> = { name: `tokens of ${encoding}`, compute: await loadTokenCounter(encoding) }
    return {
      computeStats(sample) {
        sample.stats['num_token'] ??= sample.derive(textKey, tokens)
      },
      keep: sample => inRange(sample.stats['num_token'], min_num, max_num),
    }
  },
})
