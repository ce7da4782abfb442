import { resolve } from 'node:path'
import type { JsonValue } from '../core/json.js'
import { noCounts } from '../core/records.js'
import type { Sample } from '../core/sample.js'
import { UsageError } from '../core/usage-error.js'
import type { JobSpec } from '../core/work-unit.js'
import { specOf } from '../engine/job-spec.js'
import { RunningCounts } from '../execution/contents/counts.js'
import type { PartitionState } from '../execution/coordinator/scheduler/partition-state.js'
import { barriersOf } from '../execution/coordinator/trace/trace-job.js'
import { isSystemError, sayError } from '../execution/protocol/unit-failure.js'
import { numbersOf, OperatorChain } from '../execution/work/operator-chain.js'
import { SourceReader } from '../execution/work/segment/source-reader.js'
import { droppedIn, originKey, tryOne } from '../execution/work/trace/run-trace.js'
import { describeDropped, describeMapped, keepBefore } from '../execution/work/trace/trace-entries.js'
import { newWriter } from '../util/staging.js'
import { type CommittedJob, openCommitted } from './open-committed.js'

/** Which sample: by the value of a field, or by its place in a file, lines (records) counted from 1. */
export type WantedSample =
  | { readonly kind: 'field'; readonly field: string; readonly value: string }
  | { readonly kind: 'line'; readonly file: string; readonly line: number }

/** What one operator did to a sample, or to one of those that were made of it. */
export interface TraceStep {
  /** Position in the recipe. */
  readonly index: number
  readonly operator: string
  readonly outcome: 'kept' | 'changed' | 'dropped' | 'failed' | 'unknown'
  /** Samples that came of it, where it made several, or none. */
  readonly made?: number
  /** As in the trace of a job: texts before and after, fields that changed, what was measured and the bounds. */
  readonly entry?: Readonly<Record<string, JsonValue>>
  /** What was measured by this operator. */
  readonly stats?: Readonly<Record<string, JsonValue>>
  readonly error?: string
}

/** A sample and its way through the operators. */
export interface SampleTrace {
  readonly file: string
  readonly line: number
  readonly partition: string
  readonly before: Readonly<Record<string, JsonValue>>
  readonly steps: readonly TraceStep[]
  /** What is left of it at the end. */
  readonly after: readonly Readonly<Record<string, JsonValue>>[]
}

/**
 * Runs one sample of a job's input through the operators again, alone, and says what each of them did to it. Changes
 * nothing. What a barrier decided is looked up, as long as it is kept.
 *
 * @throws {UsageError} where no sample is the wanted one
 */
export async function traceSample(jobDir: string, wanted: WantedSample): Promise<SampleTrace> {
  const job = await openCommitted(jobDir)
  try {
    const spec = specOf(job.open, job.directory, newWriter())
    const found = await findSample(job, spec, wanted)
    return await traceFound(job, spec, found)
  } finally {
    job.ledger.close()
  }
}

export interface FoundSample {
  readonly state: PartitionState
  readonly sample: Sample
  readonly file: string
  readonly line: number
}

async function findSample(job: CommittedJob, spec: JobSpec, wanted: WantedSample): Promise<FoundSample> {
  const matches = matcherOf(wanted)
  const seen = new Set<string>()
  /** Records of each file so far: partitions of one file follow each other. */
  const lines = new Map<string, number>()
  for (const state of job.states) {
    if (seen.has(state.partition)) continue
    seen.add(state.partition)
    if (wanted.kind === 'line' && !state.slices.some(({ path }) => path === resolve(wanted.file))) continue
    for await (const { sample, file, line } of samplesOf(spec, state, lines))
      if (matches(sample, file, line)) return { state: ownerOf(job, state, sample), sample, file, line }
  }
  throw new UsageError(describeMissing(wanted))
}

/** All samples of a partition's slices, with their lines in the whole file. */
async function* samplesOf(spec: JobSpec, state: PartitionState, lines: Map<string, number>) {
  const input = { kind: 'source', slices: state.slices, stamps: state.stamps, shares: state.shares } as const
  const counts = new RunningCounts(noCounts)
  const reader = new SourceReader({ ...spec, onError: 'skip' }, input, state.key, () => counts)
  const bases = state.slices.map(({ path }) => lines.get(path) ?? 0)
  for await (const { samples } of reader.batches())
    for (const sample of samples) {
      const { slice, line } = sample.origin
      yield { sample, file: state.slices[slice].path, line: bases[slice] + line }
    }
  for (const [slice, { path }] of state.slices.entries()) lines.set(path, bases[slice] + (counts.lines[slice] ?? 0))
}

/** A file that is read in pieces has a state for each of them; ordinals go on from one to the next. */
export function ownerOf({ states, ledger }: CommittedJob, state: PartitionState, { origin }: Sample): PartitionState {
  const same = states.filter(({ partition }) => partition === state.partition)
  const pieces = ledger.get('pieces', state.partition)?.pieces ?? []
  let from = 0
  for (const [index, piece] of same.entries()) {
    const records = pieces[index]?.records
    if (records === undefined) return state
    if (origin.ordinal < from + records) return piece
    from += records
  }
  return state
}

function matcherOf(wanted: WantedSample): (sample: Sample, file: string, line: number) => boolean {
  if (wanted.kind === 'line') return (_, file, line) => file === resolve(wanted.file) && line === wanted.line
  return sample => {
    const value = sample.get(wanted.field)
    return value !== undefined && (typeof value === 'string' ? value : JSON.stringify(value)) === wanted.value
  }
}

function describeMissing(wanted: WantedSample): string {
  return wanted.kind === 'field'
    ? `no sample of the job's input has ${wanted.field} = ${wanted.value}; --line FILE:N finds one by its place`
    : `${wanted.file} has no sample at line ${wanted.line} that belongs to the job; pawl quarantine show tells of lines that are none`
}

async function traceFound(job: CommittedJob, spec: JobSpec, found: FoundSample): Promise<SampleTrace> {
  const before = structuredClone(found.sample.value)
  const { state, file, line } = found
  const { steps, left } = await stepsOf(job, spec, found)
  return { file, line, partition: state.key, before, steps, after: left.map(({ value }) => value) }
}

/** What each operator does to a sample, and what is left of it. */
export async function stepsOf(
  job: CommittedJob,
  spec: JobSpec,
  { state, sample }: Pick<FoundSample, 'state' | 'sample'>,
) {
  const { catalog } = job.open
  const barriers = new Map(barriersOf(job.books, state).map(({ operator, input }) => [operator, input]))
  const numbers = numbersOf(state.slices)
  await using chain = await OperatorChain.build(spec, catalog, { from: 0, to: spec.operators.length, numbers })
  const steps: TraceStep[] = []
  let left: readonly Sample[] = [sample]
  for (const [index, use] of spec.operators.entries()) {
    if (left.length === 0) break
    const step = chain.steps.find(one => one.index === index)
    const next: Sample[] = []
    for (const each of left) {
      if (step === undefined) {
        const { outcome, stays } = await passBarrier(spec, barriers.get(index), each)
        steps.push({ index, operator: use.name, outcome })
        if (stays) next.push(each)
        continue
      }
      const earlier = { ...each.stats }
      const kept = keepBefore(each, use, [])
      try {
        const result = await tryOne(step, each)
        const measured = Object.entries(each.stats).filter(([key]) => !(key in earlier))
        const stats = measured.length === 0 ? undefined : Object.fromEntries(measured)
        if (result.kind === 'judged') {
          const definition = await catalog.load(use.name)
          const entry = result.isKept ? undefined : describeDropped(each, use, definition)
          steps.push({ index, operator: use.name, outcome: result.isKept ? 'kept' : 'dropped', stats, entry })
          if (result.isKept) next.push(each)
        } else {
          const entry = describeMapped(kept, result)
          const made = result.made.length === 1 ? undefined : result.made.length
          const outcome =
            result.made.length === 0 ? 'dropped' : entry === undefined && made === undefined ? 'kept' : 'changed'
          steps.push({ index, operator: use.name, outcome, made, entry, stats })
          for (const one of result.made) next.push(one)
        }
      } catch (error) {
        if (isSystemError(error)) throw error
        steps.push({ index, operator: use.name, outcome: 'failed', error: sayError(error) })
      }
    }
    left = next
  }
  return { steps, left }
}

async function passBarrier(
  spec: JobSpec,
  input: ReturnType<typeof barriersOf>[number]['input'],
  sample: Sample,
): Promise<{ readonly outcome: TraceStep['outcome']; readonly stays: boolean }> {
  if (input === undefined) return { outcome: 'unknown', stays: true }
  const isDropped = (await droppedIn(spec, input)).includes(originKey(sample.origin))
  return isDropped ? { outcome: 'dropped', stays: false } : { outcome: 'kept', stays: true }
}
