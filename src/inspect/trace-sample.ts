import { resolve } from 'node:path'
import { noCounts } from '../core/records.js'
import type { Sample } from '../core/sample.js'
import { UsageError } from '../core/usage-error.js'
import type { JobSpec } from '../core/work-unit.js'
import { specOf } from '../engine/job-spec.js'
import { RunningCounts } from '../execution/contents/counts.js'
import type { PartitionState } from '../execution/coordinator/scheduler/partition-state.js'
import { barriersOf } from '../execution/coordinator/trace/trace-job.js'
import { numbersOf, OperatorChain } from '../execution/work/operator-chain.js'
import { SourceReader } from '../execution/work/segment/source-reader.js'
import { droppedIn, originKey } from '../execution/work/trace/run-trace.js'
import { newWriter } from '../util/staging.js'
import { type CommittedJob, openCommitted } from './open-committed.js'
import {
  describeMissing,
  matcherOf,
  type SampleTrace,
  type TraceStep,
  tryOperator,
  type WantedSample,
} from './trace-steps.js'

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
  const reader = new SourceReader({ ...spec, onError: 'skip' }, input, {
    partition: state.key,
    counts: () => counts,
  })
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

async function traceFound(job: CommittedJob, spec: JobSpec, found: FoundSample): Promise<SampleTrace> {
  const before = structuredClone(found.sample.value)
  const { state, file, line } = found
  await using retracer = new Retracer(job, spec)
  const { steps, left } = await retracer.trace(found)
  const isAssumed = left.length > 0 && steps.some(({ outcome }) => outcome === 'unknown')
  return {
    ...{ of: 'recipe', file, line, partition: state.key, before, steps },
    ...{ after: left.map(({ value }) => value), ending: isAssumed ? 'assumed' : 'known' },
  }
}

/** Takes samples through a job's operators again, one at a time; those of one partition after the other cost least. */
export class Retracer implements AsyncDisposable {
  #chain: { readonly key: string; readonly chain: OperatorChain } | undefined
  readonly #dropped = new Map<string, Promise<ReadonlySet<string>>>()

  constructor(
    readonly job: CommittedJob,
    readonly spec: JobSpec,
  ) {}

  /** What each operator does to a sample, and what is left of it. */
  async trace({ state, sample }: Pick<FoundSample, 'state' | 'sample'>) {
    const { job, spec } = this
    const { catalog } = job.open
    const barriers = new Map(barriersOf(job.books, state).map(({ operator, input }) => [operator, input]))
    const chain = await this.#chainFor(state)
    const steps: TraceStep[] = []
    let left: readonly Sample[] = [sample]
    for (const [index, use] of spec.operators.entries()) {
      if (left.length === 0) break
      const step = chain.steps.find(one => one.index === index)
      const next: Sample[] = []
      for (const each of left) {
        if (step === undefined) {
          const { outcome, stays } = await this.#passBarrier(barriers.get(index), each)
          steps.push({ index, operator: use.name, outcome })
          if (stays) next.push(each)
          continue
        }
        const tried = await tryOperator(catalog, { index, use, step }, each)
        steps.push(tried.told)
        next.push(...tried.left)
      }
      left = next
    }
    return { steps, left }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chain?.chain[Symbol.asyncDispose]()
  }

  async #chainFor({ key, slices }: PartitionState): Promise<OperatorChain> {
    if (this.#chain?.key === key) return this.#chain.chain
    await this.#chain?.chain[Symbol.asyncDispose]()
    const range = { from: 0, to: this.spec.operators.length, numbers: numbersOf(slices) }
    this.#chain = { key, chain: await OperatorChain.build(this.spec, this.job.open.catalog, range) }
    return this.#chain.chain
  }

  async #passBarrier(
    input: ReturnType<typeof barriersOf>[number]['input'],
    sample: Sample,
  ): Promise<{ readonly outcome: TraceStep['outcome']; readonly stays: boolean }> {
    if (input === undefined) return { outcome: 'unknown', stays: true }
    const { fingerprint } = input.point
    const known = this.#dropped.get(fingerprint) ?? droppedIn(this.spec, input).then(keys => new Set(keys))
    // Of one partition, which stands between two barriers: those of others are not asked for again.
    if (!this.#dropped.has(fingerprint) && this.#dropped.size >= mostPoints) this.#dropped.clear()
    this.#dropped.set(fingerprint, known)
    const isDropped = (await known).has(originKey(sample.origin))
    return isDropped ? { outcome: 'dropped', stays: false } : { outcome: 'kept', stays: true }
  }
}

const mostPoints = 16
