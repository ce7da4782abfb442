import { z } from 'zod'
import type { JsonValue } from '../../core/json.js'
import type { MaybePromise } from '../../core/operator.js'
import type { Sample } from '../../core/sample.js'
import { defineStage } from '../define-stage.js'
import type { DocumentFilter } from '../document-parts.js'
import { ownModule } from '../parts.js'
import type { Stage, StageContext } from '../stage.js'
import type { DocumentBatch } from '../task.js'
import { tellDropped } from '../watched-context.js'

const filter = z.custom<DocumentFilter>(
  value => typeof value === 'object' && value !== null && 'scoreDocument' in value && 'keepDocument' in value,
  'expected a document filter, such as new WordCountFilter({ minWords: 50 })',
)
const textField = z.string().default('text').describe('The field that is scored.')
const invert = z.boolean().default(false).describe('Keeps what would be dropped, and drops what would be kept.')

const ScoreFilterStage = defineStage({
  module: ownModule,
  name: 'ScoreFilter',
  options: {
    filter,
    textField,
    scoreField: z.string().optional().describe('Where the score is kept. Default: nowhere.'),
    invert,
  },
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  create: ({ filter, textField, scoreField, invert }) => ({
    process: (batch: DocumentBatch, context: StageContext) =>
      keepSamples(batch, context, async sample => {
        const score = await filter.scoreDocument(sample.text(textField))
        if (scoreField !== undefined) sample.set([scoreField], score)
        return isKept(sample, context, { filter, score, invert, field: textField })
      }),
  }),
})

const ScoreStage = defineStage({
  module: ownModule,
  name: 'Score',
  options: { filter, textField, scoreField: z.string().describe('Where the score is kept.') },
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  create: ({ filter, textField, scoreField }) => ({
    process: (batch: DocumentBatch, context: StageContext) =>
      keepSamples(batch, context, async sample => {
        sample.set([scoreField], await filter.scoreDocument(sample.text(textField)))
        return true
      }),
  }),
})

const FilterStage = defineStage({
  module: ownModule,
  name: 'Filter',
  options: { filter, filterField: z.string().describe('The field that holds the score.'), invert },
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  create: ({ filter, filterField, invert }) => ({
    process: (batch: DocumentBatch, context: StageContext) =>
      keepSamples(batch, context, sample => {
        const score: JsonValue | undefined = sample.get(filterField)
        if (score === undefined) throw new TypeError(`it has no field ${filterField} with a score`)
        return isKept(sample, context, { filter, score, invert, field: filterField })
      }),
  }),
})

interface Scored {
  readonly filter: DocumentFilter
  readonly score: JsonValue
  readonly field: string
  readonly invert: boolean
}

function isKept(sample: Sample, context: StageContext, { filter, score, field, invert }: Scored): boolean {
  const isKept = filter.keepDocument(score) !== invert
  if (!isKept)
    tellDropped(context, sample, () => {
      const bound = (filter.portable()?.options ?? {}) as Readonly<Record<string, JsonValue>>
      return { by: filter.name, field, score, bound, isInverted: invert }
    })
  return isKept
}

/** Scores documents and drops those that the filter does not keep (NeMo Curator's ScoreFilter). */
export const ScoreFilter = function make(filter: DocumentFilter, options: object = {}) {
  return new ScoreFilterStage({ filter, ...options })
} as unknown as new (
  filter: DocumentFilter,
  options?: { readonly textField?: string; readonly scoreField?: string; readonly invert?: boolean },
) => Stage<DocumentBatch, DocumentBatch>

/** Scores documents, and keeps all of them. */
export const Score = function make(filter: DocumentFilter, options: { readonly scoreField: string }) {
  return new ScoreStage({ filter, ...options })
} as unknown as new (
  filter: DocumentFilter,
  options: { readonly scoreField: string; readonly textField?: string },
) => Stage<DocumentBatch, DocumentBatch>

/** Drops documents by a score that a field holds. */
export const Filter = function make(filter: DocumentFilter, options: { readonly filterField: string }) {
  return new FilterStage({ filter, ...options })
} as unknown as new (
  filter: DocumentFilter,
  options: { readonly filterField: string; readonly invert?: boolean },
) => Stage<DocumentBatch, DocumentBatch>

/**
 * Keeps the documents that a test says yes to; one on which it throws is put in quarantine as it was.
 *
 * @returns null where none is left
 */
export async function keepSamples(
  batch: DocumentBatch,
  context: StageContext,
  test: (sample: Sample) => MaybePromise<boolean>,
): Promise<DocumentBatch | null> {
  const kept: Sample[] = []
  for (const sample of batch.samples) {
    const before = sample.mark()
    try {
      const verdict = test(sample)
      if (typeof verdict === 'boolean' ? verdict : await verdict) kept.push(sample)
    } catch (error) {
      sample.restore(before)
      context.setAside(sample, error)
    }
  }
  return kept.length === 0 ? null : batch.withRows(kept)
}
