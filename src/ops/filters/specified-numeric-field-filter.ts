import { defineFilter } from '../define.js'
import { fieldAt } from '../field-value.js'
import { float, text } from '../params.js'
import { isTruthy, toFloat } from '../python-values.js'
import { sysMaxsize } from '../range.js'

/** Keeps samples whose field holds a number within bounds; 0 and what is no number are dropped (Data-Juicer). */
export const specifiedNumericFieldFilter = defineFilter({
  name: 'specified_numeric_field_filter',
  summary: 'Keeps samples whose field holds a number within bounds.',
  params: {
    field_key: text('').describe('The field, with dots for nested ones. The statistic has the same name.'),
    min_value: float(-sysMaxsize).describe('Smallest number that is kept.'),
    max_value: float(sysMaxsize).describe('Largest number that is kept.'),
  },
  stats: [],
  example: {
    params: { field_key: 'meta.stars', min_value: 10 },
    cases: [
      { sample: { text: 'a', meta: { stars: 25 } }, stats: { 'meta.stars': 25 }, kept: true },
      { sample: { text: 'b', meta: { stars: 3 } }, stats: { 'meta.stars': 3 }, kept: false },
    ],
  },
  refuse: ({ field_key }) => (field_key ? undefined : 'field_key names the field and cannot be left out'),
  create({ field_key, min_value, max_value }, { inRange }) {
    const key = field_key ?? ''
    return {
      computeStats(sample) {
        const value = fieldAt(sample, key)
        if (sample.stats[key] === undefined) sample.stats[key] = value
      },
      keep(sample) {
        if (key === '') return true
        const value = sample.stats[key]
        const number = isTruthy(value) ? toFloat(value) : undefined
        return number !== undefined && inRange(number, min_value, max_value)
      },
    }
  },
})
