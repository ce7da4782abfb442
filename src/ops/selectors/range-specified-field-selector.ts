import { defineSelector } from '../define.js'
import { frameOf } from '../frames.js'
import { selectedValue } from './field-key.js'
import { count, fieldKeyParam, ratio } from './params.js'
import { numberKey, statNumber } from './sort-key.js'
import { takeRange } from './take-ranks.js'

/** Keeps the samples whose value in a field lies between two ranks (Data-Juicer). */
export const rangeSpecifiedFieldSelector = defineSelector({
  name: 'range_specified_field_selector',
  summary: 'Keeps the samples whose values in a field lie between two ranks or percentiles.',
  params: {
    field_key: fieldKeyParam,
    lower_percentile: ratio.describe('Share of the samples with the least values that go.'),
    upper_percentile: ratio.describe('Share of the samples with the least values up to which samples stay.'),
    lower_rank: count.describe('Samples with the least values that go; the greater of both counts.'),
    upper_rank: count.describe('Rank up to which samples stay; the lesser of both counts.'),
  },
  example: {
    params: { field_key: 'score', lower_rank: 1, upper_rank: 3 },
    cases: [
      {
        samples: [
          { text: 'a', score: 9 },
          { text: 'b', score: 1 },
          { text: 'c', score: 4 },
          { text: 'd', score: 6 },
        ],
        kept: [2, 3],
      },
    ],
  },
  create(params) {
    const { field_key, lower_percentile, upper_percentile, lower_rank, upper_rank } = params
    const path = field_key ?? ''
    const isBounded =
      (lower_percentile ?? lower_rank ?? null) !== null && (upper_percentile ?? upper_rank ?? null) !== null
    return {
      recordBytes: 1,
      signMany(sample, row) {
        if (path === '' || !isBounded) return frameOf(row, new Uint8Array())
        return frameOf(row, numberKey(statNumber(selectedValue(sample, path), true)))
      },
      async resolve(context) {
        const total = context.totalSamples
        if (total <= 1 || path === '' || !isBounded) return
        const lower = Math.max(Math.trunc((lower_percentile ?? 0) * total), lower_rank ?? 0)
        const upper = Math.min(Math.trunc((upper_percentile ?? 1) * total), upper_rank ?? Number.POSITIVE_INFINITY)
        await takeRange(context, lower, Math.max(lower, upper))
      },
    }
  },
})
