import { defineFilter } from '../define.js'
import { bool, float } from '../params.js'
import { sysMaxsize } from '../range.js'
import { charCounts } from '../text/char-counts.js'

/** Keeps samples by their share of letters and numbers (Data-Juicer). */
export const alphanumericFilter = defineFilter({
  name: 'alphanumeric_filter',
  summary: 'Keeps samples whose share of letters and numbers lies within bounds.',
  params: {
    tokenization: bool(false)
      .refine(tokenization => tokenization !== true, 'tokenization is not supported: it needs a model of Hugging Face')
      .describe('Divide by tokens of a model instead of characters; not supported.'),
    min_ratio: float(0.25).describe('Smallest share that is kept.'),
    max_ratio: float(sysMaxsize).describe('Largest share that is kept.'),
  },
  stats: ['alnum_ratio'],
  thresholds: [{ stat: 'alnum_ratio', min: 'min_ratio', max: 'max_ratio' }],
  example: {
    params: { min_ratio: 0.5 },
    cases: [
      { sample: { text: 'Tide 12' }, stats: { alnum_ratio: 0.8571428571428571 }, kept: true },
      { sample: { text: '=== *** ===' }, stats: { alnum_ratio: 0 }, kept: false },
    ],
  },
  create: ({ min_ratio, max_ratio }, { textKey, inRange }) => ({
    computeStats(sample) {
      if (sample.stats['alnum_ratio'] !== undefined) return
      const { alnum, codePoints } = sample.derive(textKey, charCounts)
      sample.stats['alnum_ratio'] = codePoints === 0 ? 0 : alnum / codePoints
    },
    keep: sample => inRange(sample.stats['alnum_ratio'], min_ratio, max_ratio),
  }),
})
