import { z } from 'zod'
import type { JsonValue } from '../../core/json.js'
import { defineFilter } from '../define.js'
import { fieldAt } from '../field-value.js'
import { text } from '../params.js'
import { isIn } from '../python-values.js'

/** Keeps samples whose field holds one of the wanted values; of a list, all elements must be wanted (Data-Juicer). */
export const specifiedFieldFilter = defineFilter({
  name: 'specified_field_filter',
  summary: 'Keeps samples whose field holds wanted values.',
  params: {
    field_key: text('').describe('The field, with dots for nested ones. The statistic has the same name.'),
    target_value: z
      .union([z.array(z.json()), z.string()])
      .nullable()
      .default([])
      .describe('Wanted values; none keeps every sample.'),
  },
  stats: [],
  example: {
    params: { field_key: 'meta.licence', target_value: ['MIT', 'Apache-2.0'] },
    cases: [
      { sample: { text: 'a', meta: { licence: 'MIT' } }, stats: { 'meta.licence': 'MIT' }, kept: true },
      { sample: { text: 'b', meta: { licence: 'unknown' } }, stats: { 'meta.licence': 'unknown' }, kept: false },
    ],
  },
  refuse: ({ field_key }) => (field_key ? undefined : 'field_key names the field and cannot be left out'),
  create: ({ field_key, target_value }, { reversedRange }) => {
    const key = field_key ?? ''
    const wanted = target_value as JsonValue
    const isWanted = (value: JsonValue) => isIn(value, wanted)
    return {
      computeStats(sample) {
        const value = fieldAt(sample, key)
        if (sample.stats[key] === undefined) sample.stats[key] = value
      },
      keep(sample) {
        if (key === '' || wanted === null || (wanted as string | readonly JsonValue[]).length === 0) return true
        const value = sample.stats[key]
        const kept = (Array.isArray(value) ? (value as readonly JsonValue[]) : [value]).map(isWanted).every(Boolean)
        return kept !== reversedRange
      },
    }
  },
})
