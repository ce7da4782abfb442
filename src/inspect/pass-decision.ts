import type { Sample } from '../core/sample.js'
import { UnitFailure } from '../execution/protocol/unit-failure.js'
import type { DocumentBatch } from '../pipeline/task.js'
import { type Carried, ownOf, type Passed, samplesOf, withSamples } from './carried.js'
import { changedFields } from './changed-fields.js'
import { type Decision, openDecision } from './open-decision.js'
import type { TraceStep } from './trace-steps.js'

/**
 * What a barrier decided of documents that came to it: they are known again among those that were handed over to it, by
 * where they come from and what they hold. Reads those once for all of them.
 */
export async function passDecision(decision: Decision, tasks: readonly Carried[]): Promise<readonly Passed[]> {
  const { spec } = decision.pipeline
  const about = { index: decision.index, operator: spec.stages[decision.index].name }
  const wanted = new Set(tasks.flatMap(({ task }) => samplesOf(task).map(nameOf)))
  const fates = await fatesOf(decision, wanted)
  return tasks.map((carried): Passed => {
    const decided = fates && decide(carried, fates)
    if (typeof decided === 'object') return tell(about, carried, decided)
    // What lies behind it holds only where it was kept.
    const reason = decided === undefined ? undefined : decided === 'twins' ? twins : missing
    return { steps: [{ ...about, outcome: 'unknown', reason }], left: [carried] }
  })
}

const twins =
  'documents that hold the same came to it, and which of those that it kept this one is does not show; what follows holds where it kept this one'

const missing =
  'it did not come to it as it stands here, so that a stage before it gives something else now; what follows holds where it kept this one'

type Decided = ReadonlyMap<Sample, Fate>

function tell(about: Pick<TraceStep, 'index' | 'operator'>, carried: Carried, decided: Decided): Passed {
  const { task } = carried
  const steps = ownOf(carried).map((sample): TraceStep => {
    const after = decided.get(sample)?.after
    if (after === undefined) return { ...about, outcome: 'dropped' }
    const changed = changedFields(sample.value, after.value)
    if (changed.length === 0) return { ...about, outcome: 'kept' }
    return { ...about, outcome: 'changed', entry: { changed_fields: Object.fromEntries(changed) } }
  })
  const own = new Set<Sample>()
  const left = samplesOf(task).flatMap(sample => {
    const after = decided.get(sample)?.after?.copy()
    if (after !== undefined && carried.own.has(sample)) own.add(after)
    return after ?? []
  })
  return { steps, left: own.size === 0 ? [] : [{ task: withSamples(task as DocumentBatch, left), own }] }
}

/** What was decided of one document. */
interface Fate {
  /** Undefined where it was dropped. */
  readonly after: Sample | undefined
}

/** @returns `twins` where it does not show which document is which, `missing` where one did not come to the barrier */
function decide({ task }: Carried, fates: ReadonlyMap<string, readonly Fate[]>): Decided | 'twins' | 'missing' {
  const decided = new Map<Sample, Fate>()
  const samples = samplesOf(task)
  const counts = new Map<string, number>()
  for (const sample of samples) counts.set(nameOf(sample), (counts.get(nameOf(sample)) ?? 0) + 1)
  const taken = new Map<string, number>()
  for (const sample of samples) {
    const name = nameOf(sample)
    const found = fates.get(name) ?? []
    if (found.length === 0) return 'missing'
    const texts = new Set(found.map(({ after }) => after && JSON.stringify(after.value)))
    const isAll = found.length === counts.get(name)
    if (texts.size > 1 && !isAll) return 'twins'
    const at = taken.get(name) ?? 0
    taken.set(name, at + 1)
    decided.set(sample, found[isAll ? at : 0])
  }
  return decided
}

/** Where a document comes from, and what it holds; documents that a stage made anew come from nowhere. */
function nameOf(sample: Sample): string {
  const { ordinal, slice, line, offset, branch } = sample.origin
  return JSON.stringify([ordinal, slice, line, offset, branch, sample.value])
}

/** @returns undefined where what it decided on, or what it decided, is no longer kept */
async function fatesOf(
  decision: Decision,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly Fate[]> | undefined> {
  const fates = new Map<string, Fate[]>()
  const note = (name: string, fate: Fate) => {
    const known = fates.get(name)
    if (known === undefined) fates.set(name, [fate])
    else known.push(fate)
  }
  try {
    await using decided = await openDecision(decision)
    if (decided === undefined) return undefined
    for await (const task of decided.tasks()) {
      const samples = samplesOf(task)
      // What is decided may edit documents in place.
      const names = samples.map(nameOf)
      const left = decided.apply(task)
      const stays = new Set(left === undefined ? [] : samplesOf(left))
      for (const [at, sample] of samples.entries())
        if (wanted.has(names[at])) note(names[at], { after: stays.has(sample) ? sample : undefined })
    }
    return fates
  } catch (error) {
    if (error instanceof UnitFailure) return undefined
    throw error
  }
}
