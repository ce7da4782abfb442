import { defineFilter } from '../define.js'
import { int } from '../params.js'
import { sysMaxsize } from '../range.js'
import { substituteForTokens, textWords, tokenizationParams } from '../text/tokenized-words.js'

/** Keeps samples by their number of words (Data-Juicer). */
export const wordsNumFilter = defineFilter({
  name: 'words_num_filter',
  summary: 'Keeps samples whose number of words lies within bounds.',
  params: {
    ...tokenizationParams,
    min_num: int(10).describe('Fewest words that are kept.'),
    max_num: int(sysMaxsize).describe('Most words that are kept.'),
  },
  stats: ['num_words'],
  thresholds: [{ stat: 'num_words', min: 'min_num', max: 'max_num' }],
  example: {
    params: { min_num: 3, max_num: 10000 },
    cases: [
      { sample: { text: 'The tide is low.' }, stats: { num_words: 4 }, kept: true },
      { sample: { text: 'Low tide.' }, stats: { num_words: 2 }, kept: false },
    ],
  },
  substitute: substituteForTokens,
  async create(params, { textKey, inRange }) {
    const { words, ...read } = await textWords(params, 'written')
    return {
      ...read,
      computeStats(sample) {
        sample.stats['num_words'] ??= sample.derive(textKey, words).count
      },
      keep: sample => inRange(sample.stats['num_words'], params.min_num, params.max_num),
    }
  },
})
