import { defineFilter } from '../define.js'
import { float } from '../params.js'
import { sysMaxsize } from '../range.js'
import { lineCounts } from '../text/lines.js'

/** Keeps samples by the length of their text divided by its number of lines (Data-Juicer). */
export const averageLineLengthFilter = defineFilter({
  name: 'average_line_length_filter',
  summary: 'Keeps samples whose average line length lies within bounds.',
  params: {
    min_len: float(10).describe('Smallest average that is kept, in code points.'),
    max_len: float(sysMaxsize).describe('Largest average that is kept, in code points.'),
  },
  stats: ['avg_line_length'],
  thresholds: [{ stat: 'avg_line_length', min: 'min_len', max: 'max_len' }],
  example: {
    params: { min_len: 10, max_len: 1000 },
    cases: [
      { sample: { text: 'The ferry leaves\nthe pier at nine' }, stats: { avg_line_length: 16.5 }, kept: true },
      { sample: { text: 'a\nb\nc\nd' }, stats: { avg_line_length: 1.75 }, kept: false },
    ],
  },
  create: ({ min_len, max_len }, { textKey, inRange }) => ({
    computeStats(sample) {
      if (sample.stats['avg_line_length'] !== undefined) return
      const { lines, codePoints } = sample.derive(textKey, lineCounts)
      sample.stats['avg_line_length'] = lines === 0 ? 0 : codePoints / lines
    },
    keep: sample => inRange(sample.stats['avg_line_length'], min_len, max_len),
  }),
})
