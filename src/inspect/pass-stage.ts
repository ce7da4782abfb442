import type { Sample } from '../core/sample.js'
import type { OperatorUse } from '../core/work-unit.js'
import { DocumentBatch } from '../pipeline/task.js'
import { childId } from '../pipeline/task-id.js'
import { type Carried, copyOf, ownOf, type Passed, samplesOf, withSamples } from './carried.js'
import { changedFields, type Row } from './changed-fields.js'
import { lineageOf } from './lineage.js'
import type { OneStage, Ran } from './run-one-stage.js'
import type { TraceStep } from './trace-steps.js'

/**
 * Takes what is followed through a stage, together with the others of its batch as far as they come along, and says what
 * became of it there.
 */
export async function passStage(stage: OneStage, carried: Carried, isFirstOfGroup: boolean): Promise<Passed> {
  const { operator } = stage
  if (operator === undefined || !(carried.task instanceof DocumentBatch)) return passTask(stage, carried)
  const { steps, samples, own } = await passOperator(stage, operator, carried)
  if (own.size === 0) return { steps, left: [] }
  const task = withSamples(carried.task, samples)
  if (isFirstOfGroup) task.id = childId([carried.task.id], 'slot 0')
  return { steps, left: [{ task, own }] }
}

async function passOperator(stage: OneStage, use: OperatorUse, { task, own }: Carried) {
  const steps: TraceStep[] = []
  const samples: Sample[] = []
  const left = new Set<Sample>()
  for (const sample of samplesOf(task)) {
    const tried = await stage.try(use, sample)
    samples.push(...tried.left)
    if (!own.has(sample)) continue
    steps.push(tried.told)
    for (const one of tried.left) left.add(one)
  }
  return { steps, samples, own: left }
}

async function passTask(stage: OneStage, carried: Carried): Promise<Passed> {
  const about = { index: stage.index, operator: stage.use.name }
  const given = copyOf(carried)
  const before = ownOf(carried).map(sample => JSON.stringify(sample.value))
  const ran = await stage.once(given.task)
  const lost = ran.failures.filter(({ sample }) => sample === undefined || given.own.has(sample))
  const files = ran.files.size === 0 ? undefined : [...ran.files]
  const error = lost.length === 0 ? undefined : lost.map(one => one.error).join('; ')
  const lineage = await lineageOf(stage, { carried, given, ran })
  if (lineage.kind === 'unknown') {
    // What is set aside is known to be, whatever became of the others.
    const isSure = error !== undefined && before.length <= 1
    if (isSure) return { steps: [{ ...about, outcome: 'failed', error }], left: [] }
    return { steps: [{ ...about, outcome: 'unknown', reason: lineage.reason, files }], left: [] }
  }
  if (error !== undefined) return { steps: [{ ...about, outcome: 'failed', error }], left: lineage.left }
  const { left, isShared } = lineage
  const told = { ...about, files, withOthers: isShared ? true : undefined, ...outcomeOf(before, left) }
  return { steps: [left.length === 0 ? { ...told, ...whyDropped(stage, ran, given) } : told], left }
}

/** The first document that was dropped, with what was measured on it and the bounds, where the stage says so. */
function whyDropped({ use }: OneStage, { dropped }: Ran, { own }: Carried): Pick<TraceStep, 'entry'> {
  const found = [...dropped].find(([sample]) => own.has(sample))
  if (found === undefined) return {}
  const [sample, { by, field, score, bound, isInverted }] = found
  const measured = { operator: use.name, filter: by, field, statistic: { [`${by} of ${field}`]: score }, bound }
  return { entry: { ...sample.value, __pawl__dropped__: isInverted ? { ...measured, inverted: true } : measured } }
}

function outcomeOf(before: readonly string[], left: readonly Carried[]): Pick<TraceStep, 'outcome' | 'made' | 'entry'> {
  const rows = left.flatMap(one => ownOf(one).map(({ value }): Row => value))
  const others = left.filter(({ task }) => !(task instanceof DocumentBatch)).length
  const count = rows.length + others
  if (count === 0) return { outcome: 'dropped' }
  if (count !== before.length || others > 0) return { outcome: 'changed', made: count }
  const changed = rows.flatMap((row, at) => changedFields(JSON.parse(before[at]) as Row, row))
  if (changed.length === 0) return { outcome: 'kept' }
  return { outcome: 'changed', entry: { changed_fields: Object.fromEntries(changed) } }
}
