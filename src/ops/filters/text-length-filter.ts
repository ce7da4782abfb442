import { defineFilter } from '../define.js'
import { int } from '../params.js'
import { sysMaxsize } from '../range.js'
import { charCounts } from '../text/char-counts.js'

/** Keeps samples whose text has between `min_len` and `max_len` code points (Data-Juicer). */
export const textLengthFilter = defineFilter({
  name: 'text_length_filter',
  summary: 'Keeps samples whose text length, in code points, lies within bounds.',
  params: {
    min_len: int(10).describe('Shortest text that is kept, in code points.'),
    max_len: int(sysMaxsize).describe('Longest text that is kept, in code points.'),
  },
  stats: ['text_len'],
  thresholds: [{ stat: 'text_len', min: 'min_len', max: 'max_len' }],
  example: {
    params: { min_len: 10, max_len: 100000 },
    cases: [
      { sample: { text: 'The tide is low.' }, stats: { text_len: 16 }, kept: true },
      { sample: { text: 'ok' }, stats: { text_len: 2 }, kept: false },
    ],
  },
  create: ({ min_len, max_len }, { textKey, inRange }) => ({
    computeStats(sample) {
      sample.stats['text_len'] ??= sample.lengthInSource(textKey) ?? sample.derive(textKey, charCounts).codePoints
    },
    keep: sample => inRange(sample.stats['text_len'], min_len, max_len),
  }),
})
