import { z } from 'zod'
import { defineFilter } from '../define.js'
import { float } from '../params.js'
import { countNgrams } from '../text/ngram-counter.js'
import { substituteForTokens, textWords, tokenizationParams } from '../text/tokenized-words.js'
import { isSameWord, type Words } from '../text/words.js'

/** Keeps samples by their share of word n-grams that occur more than once (Data-Juicer). */
export const wordRepetitionFilter = defineFilter({
  name: 'word_repetition_filter',
  summary: 'Keeps samples whose share of repeated word n-grams lies within bounds.',
  params: {
    ...tokenizationParams,
    rep_len: z.int().default(10).describe('Length of the n-grams, in words.'),
    min_ratio: float(0).describe('Smallest share that is kept.'),
    max_ratio: float(0.5).describe('Largest share that is kept.'),
  },
  stats: ['word_rep_ratio'],
  thresholds: [{ stat: 'word_rep_ratio', min: 'min_ratio', max: 'max_ratio' }],
  example: {
    params: { rep_len: 2, max_ratio: 0.5 },
    cases: [
      { sample: { text: 'the tide is low at nine' }, stats: { word_rep_ratio: 0 }, kept: true },
      { sample: { text: 'buy now buy now buy now' }, stats: { word_rep_ratio: 1 }, kept: false },
    ],
  },
  substitute: substituteForTokens,
  refuse: ({ rep_len }) => (rep_len >= 1 ? undefined : `rep_len must be at least 1, found ${rep_len}`),
  async create(params, { textKey, inRange }) {
    const { words, ...read } = await textWords(params, 'refined')
    return {
      ...read,
      computeStats(sample) {
        if (sample.stats['word_rep_ratio'] !== undefined) return
        sample.stats['word_rep_ratio'] = wordRepetition(sample.derive(textKey, words), params.rep_len)
      },
      keep: sample => inRange(sample.stats['word_rep_ratio'], params.min_ratio, params.max_ratio),
    }
  },
})

function wordRepetition(words: Words, n: number): number {
  const isSame = (a: number, b: number) => isSameWord(words, a, b)
  const { total, repeated } = countNgrams({ symbols: words.hashes, length: words.count, isSame }, n)
  return total === 0 ? 0 : repeated.reduce((sum, count) => sum + count, 0) / total
}
