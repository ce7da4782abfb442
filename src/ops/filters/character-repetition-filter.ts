import { z } from 'zod'
import { readUnits } from '../../util/utf16.js'
import { defineFilter } from '../define.js'
import { float } from '../params.js'
import { countNgrams } from '../text/ngram-counter.js'

let symbols = new Int32Array(0)

/** Largest scratch array that is kept for the next sample. */
const keptSymbols = 1 << 20

/** Keeps samples by how much of their text the most frequent character n-grams make up (Data-Juicer). */
export const characterRepetitionFilter = defineFilter({
  name: 'character_repetition_filter',
  summary: 'Keeps samples whose share of repeated character n-grams lies within bounds.',
  params: {
    rep_len: z.int().default(10).describe('Length of the n-grams, in code points.'),
    min_ratio: float(0).describe('Smallest share that is kept.'),
    max_ratio: float(0.5).describe('Largest share that is kept.'),
  },
  stats: ['char_rep_ratio'],
  thresholds: [{ stat: 'char_rep_ratio', min: 'min_ratio', max: 'max_ratio' }],
  example: {
    params: { rep_len: 3, max_ratio: 0.2 },
    cases: [
      { sample: { text: 'The ferry leaves the pier at nine.' }, stats: { char_rep_ratio: 0.0625 }, kept: true },
      { sample: { text: 'hahahahahahahahaha' }, stats: { char_rep_ratio: 0.5 }, kept: false },
    ],
  },
  refuse: ({ rep_len }) => (rep_len >= 1 ? undefined : `rep_len must be at least 1, found ${rep_len}`),
  create: ({ rep_len, min_ratio, max_ratio }, { textKey, inRange }) => ({
    computeStats(sample) {
      sample.stats['char_rep_ratio'] ??= characterRepetition(sample.text(textKey), rep_len)
    },
    keep: sample => inRange(sample.stats['char_rep_ratio'], min_ratio, max_ratio),
  }),
})

/** The share of n-gram occurrences that go to the most frequent ones: as many as the root of the distinct ones, none seen once. */
export function characterRepetition(text: string, n: number): number {
  const length = decode(text)
  const { total, distinct, repeated } = countNgrams({ symbols, length }, n)
  if (symbols.length > keptSymbols) symbols = new Int32Array(0)
  if (total === 0 || repeated.length === 0) return 0
  return sumOfLargest(repeated, Math.min(Math.floor(Math.sqrt(distinct)), repeated.length)) / total
}

/** Most occurrences that are counted by a histogram; n-grams that occur more often are few. */
const histogramSize = 256

function sumOfLargest(counts: Int32Array, howMany: number): number {
  const histogram = new Int32Array(histogramSize)
  const large: number[] = []
  for (const count of counts) {
    if (count < histogramSize) histogram[count]++
    else large.push(count)
  }
  let left = howMany
  let sum = 0
  for (const count of large.sort((a, b) => b - a).slice(0, left)) {
    sum += count
    left--
  }
  for (let count = histogramSize - 1; left > 0; count--) {
    const taken = Math.min(left, histogram[count])
    sum += taken * count
    left -= taken
  }
  return sum
}

/** Writes the code points of a text to `symbols` and returns how many there are. */
function decode(text: string): number {
  const { length } = text
  if (symbols.length < length) symbols = new Int32Array(Math.max(1024, length * 2))
  const units = readUnits(text)
  if (/[\ud800-\udbff]/.test(text)) return joinPairs(units, length)
  symbols.set(units.subarray(0, length))
  return length
}

function joinPairs(units: Uint16Array, length: number): number {
  const out = symbols
  let count = 0
  for (let i = 0; i < length; i++) {
    const c = units[i]
    if ((c & 0xfc00) === 0xd800 && i + 1 < length && (units[i + 1] & 0xfc00) === 0xdc00)
      out[count++] = 0x10000 + ((c & 0x3ff) << 10) + (units[++i] & 0x3ff)
    else out[count++] = c
  }
  return count
}
