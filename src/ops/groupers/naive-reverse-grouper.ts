import { z } from 'zod'
import { fields } from '../../core/fields.js'
import type { Sample } from '../../core/sample.js'
import { SampleError } from '../../core/sample-error.js'
import { scanItems, scanMembers } from '../../util/json-members.js'
import { defineUngrouper } from '../define.js'

/** Makes of a sample whose fields are lists one sample for each of their items (Data-Juicer). */
export const naiveReverseGrouper = defineUngrouper({
  name: 'naive_reverse_grouper',
  summary: 'Makes of a sample whose fields are lists one sample for each of their items.',
  params: {
    batch_meta_export_path: z
      .string()
      .nullish()
      .describe('Where Data-Juicer writes `__dj__batch_meta__`; has no effect here: it is left out in any case.'),
  },
  example: {
    params: {},
    cases: [{ before: { text: ['low', 'tide'] }, after: [{ text: 'low' }, { text: 'tide' }] }],
  },
  substitute: ({ batch_meta_export_path: path }) =>
    path ? 'batch_meta_export_path is not written: __dj__batch_meta__ is left out' : undefined,
  create: () => ({ map: ungroup }),
})

function ungroup(sample: Sample): Sample[] {
  const columns = columnsOf(sample)
  const count = columns[0]?.items.length ?? 0
  return Array.from({ length: count }, (_, index) => {
    const parts = columns.flatMap(({ name, items }, at) => {
      if (index >= items.length)
        throw new SampleError(
          'bad_value',
          `field ${name.toString()} has ${items.length} items, fewer than the first field`,
        )
      return [Buffer.from(at === 0 ? '' : ', '), name, Buffer.from(': '), items[index]]
    })
    const made = sample.fork(index)
    made.replace(Buffer.concat([Buffer.from('{'), ...parts, Buffer.from('}')]))
    return made
  })
}

interface Column {
  /** As it is spelled, quotes included. */
  readonly name: Buffer
  /** The spelling of each item. */
  readonly items: readonly Buffer[]
}

/** The fields of a sample as the texts of their items, so that numbers keep all their digits. */
function columnsOf(sample: Sample): Column[] {
  const text = sample.toJsonText()
  const { bytes } = text
  const columns = new Map<string, Column>()
  scanMembers(bytes, text, ({ keyStart, keyEnd, valueStart, valueEnd }) => {
    const name = Buffer.from(bytes.subarray(keyStart, keyEnd))
    const key = JSON.parse(name.toString()) as string
    if (key === fields.batchMeta) return
    if (bytes[valueStart] !== openBracket)
      throw new SampleError('bad_value', `field "${key}" holds no list, of which samples could be made`)
    const items: Buffer[] = []
    scanItems(bytes, { start: valueStart, end: valueEnd }, (from, until) =>
      items.push(Buffer.from(bytes.subarray(from, until))),
    )
    columns.set(key, { name, items })
  })
  return [...columns.values()]
}

const openBracket = 0x5b
