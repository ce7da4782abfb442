import { defineFilter } from '../define.js'
import { float } from '../params.js'
import { charCounts } from '../text/char-counts.js'

/** Keeps samples by their share of special characters: punctuation, digits, white space, symbols, emoji (Data-Juicer). */
export const specialCharactersFilter = defineFilter({
  name: 'special_characters_filter',
  summary: 'Keeps samples whose share of special characters lies within bounds.',
  params: {
    min_ratio: float(0).describe('Smallest share that is kept.'),
    max_ratio: float(0.25).describe('Largest share that is kept.'),
  },
  stats: ['special_char_ratio'],
  thresholds: [{ stat: 'special_char_ratio', min: 'min_ratio', max: 'max_ratio' }],
  example: {
    params: { max_ratio: 0.3 },
    cases: [
      { sample: { text: 'Read the log, then act.' }, stats: { special_char_ratio: 0.2608695652173913 }, kept: true },
      { sample: { text: '#!@ $% ^& *()' }, stats: { special_char_ratio: 1 }, kept: false },
    ],
  },
  create: ({ min_ratio, max_ratio }, { textKey, inRange }) => ({
    computeStats(sample) {
      if (sample.stats['special_char_ratio'] !== undefined) return
      const { special, codePoints } = sample.derive(textKey, charCounts)
      sample.stats['special_char_ratio'] = codePoints === 0 ? 0 : special / codePoints
    },
    keep: sample => inRange(sample.stats['special_char_ratio'], min_ratio, max_ratio),
  }),
})
