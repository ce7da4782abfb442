import { z } from 'zod'
import type { JsonObject, JsonValue } from '../../core/json.js'
import { defineStage } from '../define-stage.js'
import { ownModule } from '../parts.js'
import type { StageContext } from '../stage.js'
import type { DocumentBatch } from '../task.js'

/** Cuts documents at a separator into documents of their own, numbered from 0 (NeMo Curator's DocumentSplitter). */
export const DocumentSplitter = defineStage({
  module: ownModule,
  name: 'DocumentSplitter',
  options: {
    separator: z.string().min(1).describe('Where documents are cut; it is left out.'),
    textField: z.string().default('text'),
    segmentIdField: z.string().default('segment_id').describe('The field that gets the number.'),
  },
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  create: ({ separator, textField, segmentIdField }) => ({
    process(batch: DocumentBatch, context: StageContext) {
      const rows = batch.samples.flatMap((sample): JsonObject[] => {
        try {
          const row = sample.value
          const segments = sample.text(textField).split(separator)
          return segments.map((text, index) => ({ ...row, [textField]: text, [segmentIdField]: index }))
        } catch (error) {
          context.setAside(sample, error)
          return []
        }
      })
      return rows.length === 0 ? null : batch.withRows(rows)
    },
  }),
})

/**
 * Joins what DocumentSplitter cut, within a batch: documents with the same id, in the order of their numbers
 * (NeMo Curator's DocumentJoiner). A document stands where its first segment stood.
 */
export const DocumentJoiner = defineStage({
  module: ownModule,
  name: 'DocumentJoiner',
  options: {
    separator: z.string().describe('What is put between segments.'),
    textField: z.string().default('text'),
    segmentIdField: z.string().default('segment_id'),
    documentIdField: z.string().default('id').describe('What segments of one document have in common.'),
    dropSegmentIdField: z.boolean().default(true),
    maxLength: z
      .int()
      .min(1)
      .optional()
      .describe('Begins another document rather than making one longer than this, by lengthField.'),
    lengthField: z.string().optional().describe('The field that holds the length of a segment; needed with maxLength.'),
  },
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  create: options => ({
    process(batch: DocumentBatch, context: StageContext) {
      const groups = new Map<JsonValue | undefined, JsonObject[]>()
      for (const sample of batch.samples) {
        const missing = [options.documentIdField, options.segmentIdField].find(
          field => sample.get([field]) === undefined,
        )
        if (missing !== undefined) {
          context.setAside(sample, new TypeError(`it has no field ${missing}`))
          continue
        }
        const id = sample.get([options.documentIdField])
        const group = groups.get(id)
        if (group === undefined) groups.set(id, [sample.value])
        else group.push(sample.value)
      }
      const rows = [...groups.values()].flatMap(group => joinGroup(group, options))
      return rows.length === 0 ? null : batch.withRows(rows)
    },
  }),
})

interface Joining {
  readonly separator: string
  readonly textField: string
  readonly segmentIdField: string
  readonly dropSegmentIdField: boolean
  readonly maxLength?: number
  readonly lengthField?: string
}

function joinGroup(group: readonly JsonObject[], options: Joining): JsonObject[] {
  const { separator, textField, segmentIdField, dropSegmentIdField, maxLength, lengthField } = options
  const ordered = [...group].sort((a, b) => Number(a[segmentIdField]) - Number(b[segmentIdField]))
  const lengthOf = (row: JsonObject) => (lengthField === undefined ? 0 : Number(row[lengthField]))
  const documents: Record<string, JsonValue>[] = []
  let length = 0
  for (const row of ordered) {
    const last = documents.at(-1)
    const own = lengthOf(row)
    if (last !== undefined && (maxLength === undefined || length + own <= maxLength)) {
      last[textField] = `${String(last[textField])}${separator}${String(row[textField])}`
      length += own
      if (lengthField !== undefined) last[lengthField] = length
    } else {
      documents.push({ ...row })
      length = own
    }
  }
  if (dropSegmentIdField) for (const document of documents) delete document[segmentIdField]
  return documents
}
