import { defineFilter } from '../define.js'
import { int } from '../params.js'
import { sysMaxsize } from '../range.js'
import { lineCounts } from '../text/lines.js'

/** Keeps samples by the length of their longest line (Data-Juicer). */
export const maximumLineLengthFilter = defineFilter({
  name: 'maximum_line_length_filter',
  summary: 'Keeps samples whose longest line lies within bounds.',
  params: {
    min_len: int(10).describe('Shortest longest line that is kept, in code points.'),
    max_len: int(sysMaxsize).describe('Longest line that is kept, in code points.'),
  },
  stats: ['max_line_length'],
  thresholds: [{ stat: 'max_line_length', min: 'min_len', max: 'max_len' }],
  example: {
    params: { max_len: 20 },
    cases: [
      { sample: { text: 'short lines\nof a poem' }, stats: { max_line_length: 11 }, kept: true },
      { sample: { text: 'a line that goes on and on and on' }, stats: { max_line_length: 33 }, kept: false },
    ],
  },
  create: ({ min_len, max_len }, { textKey, inRange }) => ({
    computeStats(sample) {
      sample.stats['max_line_length'] ??= sample.derive(textKey, lineCounts).longest
    },
    keep: sample => inRange(sample.stats['max_line_length'], min_len, max_len),
  }),
})
