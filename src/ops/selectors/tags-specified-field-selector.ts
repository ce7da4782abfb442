import { z } from 'zod'
import { defineSelector } from '../define.js'
import { isEqual } from '../python-values.js'
import { plainValue } from './field-key.js'
import { fieldKeyParam } from './params.js'

/** Keeps the samples whose value in a field is one of some (Data-Juicer). */
export const tagsSpecifiedFieldSelector = defineSelector({
  name: 'tags_specified_field_selector',
  summary: 'Keeps the samples whose value in a field is one of those named.',
  params: {
    field_key: fieldKeyParam,
    target_tags: z
      .union([z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])), z.string()])
      .nullable()
      .default(null)
      .describe('Values that stay; of a text, each character is one.'),
  },
  example: {
    params: { field_key: 'lang', target_tags: ['en', 'fr'] },
    cases: [
      {
        samples: [
          { text: 'tide', lang: 'en' },
          { text: 'Ebbe', lang: 'de' },
          { text: 'marée', lang: 'fr' },
        ],
        kept: [0, 2],
      },
    ],
  },
  create({ field_key, target_tags }) {
    if (target_tags === null) throw new TypeError('target_tags names the values that stay')
    const path = field_key ?? ''
    const tags = typeof target_tags === 'string' ? [...target_tags] : target_tags
    return {
      recordBytes: 1,
      sign(sample, record, offset) {
        const value = path === '' ? null : plainValue(sample, path)
        record[offset] = path === '' || tags.some(tag => isEqual(tag, value)) ? 1 : 0
      },
      async resolve(context) {
        if (context.totalSamples <= 1) return
        for await (const { partitionIndex, records, firstRow } of context.signatures()) {
          context.progress?.()
          for (let i = 0; i < records.length; i++) if (records[i] === 0) context.drop(partitionIndex, firstRow + i)
        }
      },
    }
  },
})
