import type { SourceSpec } from '../core/pipeline-spec.js'
import type { StagesRecord } from '../core/records.js'
import type { Sample } from '../core/sample.js'
import type { JobSpec, PointInput, StagesUnit } from '../core/work-unit.js'
import type { BarrierPlan } from '../engine/pipeline/plan-pipeline.js'
import { UnitFailure } from '../execution/protocol/unit-failure.js'
import { Barriers } from '../pipeline/run/barriers.js'
import { readSpool } from '../pipeline/run/spool.js'
import { DocumentBatch, type Task } from '../pipeline/task.js'
import type { JobDirectory } from '../state/job-directory.js'
import { LedgerIndex } from '../state/ledger-index.js'
import { changedFields } from './changed-fields.js'
import type { TraceStep } from './trace-steps.js'

interface Decision {
  readonly directory: JobDirectory
  readonly barriers: readonly BarrierPlan[]
  /** Which of them. */
  readonly barrier: number
  /** Where it stands among the stages. */
  readonly index: number
  /** What the barrier decided on of the source, where that is known. */
  readonly record: StagesRecord | undefined
}

/** What a barrier decided of documents that came to it: they are known again among those that were handed over to it. */
export async function passDecision(
  decision: Decision,
  source: SourceSpec,
  tasks: readonly Task[],
): Promise<{ readonly steps: readonly TraceStep[]; readonly left: readonly Task[] }> {
  const wanted = tasks.flatMap(task => (task instanceof DocumentBatch ? task.samples : []))
  const about = { index: decision.index, operator: decision.barriers[decision.barrier].use.name }
  const decided = await decidedOn(decision, source, wanted)
  if (decided === undefined) return { steps: [{ ...about, outcome: 'unknown' }], left: tasks }
  const steps = decided.map(({ before, after }): TraceStep => {
    if (after === undefined) return { ...about, outcome: 'dropped' }
    const changed = changedFields(before, after.value)
    if (changed.length === 0) return { ...about, outcome: 'kept' }
    return { ...about, outcome: 'changed', entry: { changed_fields: Object.fromEntries(changed) } }
  })
  const kept = decided.flatMap(({ after }) => after ?? [])
  const [first] = tasks
  return { steps, left: kept.length === 0 ? [] : [(first as DocumentBatch).withRows(kept)] }
}

interface Decided {
  readonly before: Sample['value']
  /** Undefined where it was dropped. */
  readonly after: Sample | undefined
}

/** @returns undefined where what it decided on, or what it decided, is no longer kept */
async function decidedOn(
  { directory, barriers, barrier, record }: Decision,
  source: SourceSpec,
  wanted: readonly Sample[],
): Promise<readonly Decided[] | undefined> {
  const verdict = record && verdictOn(directory, source, record)
  if (record?.spool === undefined || verdict === undefined) return undefined
  const operators = barriers.map(({ use }) => use)
  const job = { jobDir: directory.path, operators, textKeys: ['text'], seed: 42 } as unknown as JobSpec
  const unit = { source, attempt: '', applies: { operator: barrier, verdict } } as unknown as StagesUnit
  try {
    await using applied = await Barriers.open(job, unit)
    const missing = wanted.map(sample => JSON.stringify(sample.value))
    const decided: Decided[] = []
    for await (const task of readSpool(directory.path, record.spool, source.id)) {
      if (!(task instanceof DocumentBatch)) continue
      const found = task.samples.filter(sample => {
        const at = missing.indexOf(JSON.stringify(sample.value))
        if (at >= 0) missing.splice(at, 1)
        return at >= 0
      })
      const befores = found.map(sample => structuredClone(sample.value))
      const left = applied.apply(task)
      const stays = left instanceof DocumentBatch ? left.samples : []
      for (const [at, sample] of found.entries())
        decided.push({ before: befores[at], after: stays.includes(sample) ? sample : undefined })
    }
    return missing.length === 0 ? decided : undefined
  } catch (error) {
    if (error instanceof UnitFailure) return undefined
    throw error
  }
}

/** The decision that was made of just these signatures. */
function verdictOn(
  directory: JobDirectory,
  source: SourceSpec,
  { signature }: StagesRecord,
): NonNullable<PointInput['verdict']> | undefined {
  const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  try {
    for (const { file, slices } of ledger.all('verdict')) {
      const slice = slices.find(one => one.partition === source.id && one.signed === signature?.checksum)
      if (slice !== undefined) return { path: file.path, slice }
    }
    return undefined
  } finally {
    ledger.close()
  }
}
