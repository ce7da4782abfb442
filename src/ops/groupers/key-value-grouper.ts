import { z } from 'zod'
import { fields } from '../../core/fields.js'
import { isJsonObject, type JsonValue } from '../../core/json.js'
import type { Sample } from '../../core/sample.js'
import { defineGrouper } from '../define.js'
import { pythonText } from '../python-values.js'
import { groupSamples } from './group-samples.js'
import { editGroups, groupFrame } from './grouped-sample.js'

/** Makes one sample of all that have the same values in some fields (Data-Juicer). */
export const keyValueGrouper = defineGrouper({
  name: 'key_value_grouper',
  summary: 'Makes one sample of those with the same values in some fields: each field becomes the list of its values.',
  params: {
    group_by_keys: z
      .array(z.string())
      .nullish()
      .describe('Paths of the fields, such as `meta.lang` or `__dj__stats__.text_len`; by default the text.'),
  },
  example: {
    params: { group_by_keys: ['lang'] },
    cases: [
      {
        samples: [
          { text: 'tide', lang: 'en' },
          { text: 'Ebbe', lang: 'de' },
          { text: 'pier', lang: 'en' },
        ],
        result: [
          { text: ['tide', 'pier'], lang: ['en', 'en'] },
          { text: ['Ebbe'], lang: ['de'] },
        ],
      },
    ],
  },
  create({ group_by_keys }, { textKey }) {
    const paths = group_by_keys?.length ? [...new Set(group_by_keys)].sort() : [textKey]
    return {
      recordBytes: 1,
      signMany: (sample, row) => groupFrame(sample, row, JSON.stringify(paths.map(path => keyAt(sample, path)))),
      resolve: groupSamples,
      edit: editGroups,
    }
  },
})

/** The text by which Python tells a value from others; where there is none, that of None. */
function keyAt(sample: Sample, path: string): string {
  const [first, ...rest] = path.split('.')
  const isStat = first === fields.stats
  let value: JsonValue | undefined = isStat ? sample.stats : sample.value
  for (const part of isStat ? rest : [first, ...rest]) value = partOf(value, part)
  return typeof value === 'string' ? JSON.stringify(value) : pythonText(value ?? null)
}

function partOf(value: JsonValue | undefined, part: string): JsonValue | undefined {
  if (Array.isArray(value)) return /^\d+$/.test(part) ? (value as readonly JsonValue[])[Number(part)] : undefined
  return isJsonObject(value) && !/^\d+$/.test(part) && Object.hasOwn(value, part) ? value[part] : undefined
}
