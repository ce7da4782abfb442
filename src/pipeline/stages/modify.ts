import { z } from 'zod'
import { defineStage } from '../define-stage.js'
import type { DocumentModifier } from '../document-parts.js'
import { ownModule } from '../parts.js'
import type { Stage, StageContext } from '../stage.js'
import type { DocumentBatch } from '../task.js'
import { keepSamples } from './score-filter.js'

const modifier = z.custom<DocumentModifier>(
  value => typeof value === 'object' && value !== null && 'modifyDocument' in value,
  'expected a document modifier',
)

const ModifyStage = defineStage({
  module: ownModule,
  name: 'Modify',
  options: {
    modifier,
    inputField: z.string().default('text').describe('The field that is changed.'),
    outputField: z.string().optional().describe('Where the result goes. Default: the input field.'),
  },
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  create: ({ modifier, inputField, outputField = inputField }) => ({
    process: (batch: DocumentBatch, context: StageContext) =>
      keepSamples(batch, context, async sample => {
        sample.set([outputField], await modifier.modifyDocument(sample.text(inputField)))
        return true
      }),
  }),
})

/** Changes the text of documents (NeMo Curator's Modify). */
export const Modify = function make(modifier: DocumentModifier, options: object = {}) {
  return new ModifyStage({ modifier, ...options })
} as unknown as new (
  modifier: DocumentModifier,
  options?: { readonly inputField?: string; readonly outputField?: string },
) => Stage<DocumentBatch, DocumentBatch>

/** Gives every document an id that no other has, and that is the same on every run: `[prefix_]<task>_<number>`. */
export const AddId = defineStage({
  module: ownModule,
  name: 'AddId',
  options: {
    idField: z.string().describe('The field that gets the id.'),
    idPrefix: z.string().optional().describe('What ids begin with.'),
    overwrite: z.boolean().default(false).describe('Replaces a field that is there; without it such a document fails.'),
  },
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  create: ({ idField, idPrefix, overwrite }) => ({
    process(batch: DocumentBatch, context: StageContext) {
      let index = 0
      return keepSamples(batch, context, sample => {
        const id = `${idPrefix === undefined ? '' : `${idPrefix}_`}${batch.id}_${index++}`
        if (!overwrite && sample.get([idField]) !== undefined)
          throw new TypeError(`it has a field ${idField} already; overwrite: true replaces it`)
        sample.set([idField], id)
        return true
      })
    },
  }),
})
