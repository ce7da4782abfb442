import { fields } from '../../core/fields.js'
import { defineFilter } from '../define.js'
import { text } from '../params.js'
import { isTruthy } from '../python-values.js'
import { evaluate, unsupportedPart } from '../text/field-condition/evaluate.js'
import { parseCondition } from '../text/field-condition/parse.js'

const stat = 'general_field_filter_condition'

/** Keeps samples for which a condition on their fields holds (Data-Juicer). */
export const generalFieldFilter = defineFilter({
  name: 'general_field_filter',
  summary: 'Keeps samples for which a condition on their fields holds.',
  params: {
    filter_condition: text('').describe(
      'A Python-like expression of fields, constants, comparisons, in, and, or, not; such as `10 < num <= 30 and __dj__meta__.lang == "en"`.',
    ),
  },
  stats: [stat],
  example: {
    params: { filter_condition: "lang == 'en' and 10 <= length < 500" },
    cases: [
      { sample: { text: 'a', lang: 'en', length: 42 }, stats: { general_field_filter_condition: true }, kept: true },
      { sample: { text: 'b', lang: 'de', length: 42 }, stats: { general_field_filter_condition: false }, kept: false },
    ],
  },
  refuse({ filter_condition }) {
    return filter_condition ? unsupportedPart(parseCondition(filter_condition)) : undefined
  },
  create({ filter_condition }) {
    const condition = filter_condition ? parseCondition(filter_condition) : undefined
    return {
      computeStats(sample) {
        if (condition === undefined || sample.stats[stat] !== undefined) return
        sample.stats[stat] = evaluate(condition, name =>
          name === fields.stats ? { ...sample.stats } : sample.get([name]),
        )
      },
      keep: sample => sample.stats[stat] === undefined || isTruthy(sample.stats[stat]),
    }
  },
})
