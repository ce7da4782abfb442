import type { FileRead } from '../../core/files-read.js'
import { keysNamedBy } from '../../core/named-keys.js'
import type { Filter, Mapper, MapResult, Operator, OperatorCatalog } from '../../core/operator.js'
import { withOwnStats } from '../../core/own-stats.js'
import type { Sample } from '../../core/sample.js'
import type { Slice } from '../../core/slice.js'
import type { JobSpec, OperatorUse } from '../../core/work-unit.js'
import { forEachConcurrently } from '../../util/pool.js'
import type { RunningCounts } from '../contents/counts.js'
import { isSystemError, UnitFailure } from '../protocol/unit-failure.js'

/** Who is told of what happens to a batch. */
export interface BatchObserver {
  /** An operator failed on a sample, which is as that operator got it. */
  onFailure(sample: Sample, operator: OperatorUse, error: unknown): void
  /** The operator at a position of the recipe begins. */
  onStep?(index: number): void
  /** An operator is done with a sample. */
  onSample?(): void
}

export interface Step {
  readonly index: number
  readonly use: OperatorUse
  readonly operator: Mapper | Filter
  /** Columns of numbers that the operator takes for text. */
  readonly spelled: ReadonlySet<string> | undefined
}

/** Which operators of a job, and the columns of its input that CSV holds numbers in. */
export interface ChainRange {
  readonly from: number
  readonly to: number
  readonly numbers?: ReadonlySet<string>
}

/** The operators of a segment, built once and run over one batch after another. */
export class OperatorChain {
  private constructor(readonly steps: readonly Step[]) {}

  /** Builds the operators `[from, to)` of a job; barriers among them are skipped, as their decisions come with the input. */
  static async build(
    job: JobSpec,
    catalog: OperatorCatalog,
    { from, to, numbers }: ChainRange,
  ): Promise<OperatorChain> {
    const steps: Step[] = []
    for (let index = from; index < to; index++) {
      const built = await buildOperator(job, catalog, index)
      const use = job.operators[index]
      const filter = built.kind === 'filter' ? withOwnStats(built, use) : undefined
      const operator = filter === undefined ? built : use.onlyMeasures ? measureOnly(filter) : filter
      if (operator.kind !== 'barrier') steps.push({ index, use, operator, spelled: spelledFor(use, numbers) })
    }
    return new OperatorChain(steps)
  }

  /**
   * Runs all operators over a batch and returns the samples that are left, in order. A sample on which
   * one fails is reported and leaves the batch; the others go on.
   */
  async run(samples: readonly Sample[], counts: RunningCounts, observer: BatchObserver): Promise<readonly Sample[]> {
    let left = samples
    const done = () => observer.onSample?.()
    for (const step of this.steps) {
      observer.onStep?.(step.index)
      const started = performance.now()
      const count = counts.operator(step.index)
      count.in += left.length
      if (step.spelled !== undefined) for (const sample of left) sample.spell(step.spelled)
      const fail = (sample: Sample, error: unknown) => {
        if (isSystemError(error)) throw error
        count.quarantined++
        observer.onFailure(sample, step.use, error)
      }
      if (step.operator.kind === 'filter') left = await runFilter(step.operator, left, { fail, done, counts })
      else {
        const results = await runMapper(step.operator, left, { fail, done, counts })
        count.changed += results.filter(({ isChanged }) => isChanged).length
        left = results.flatMap(({ made }) => made)
      }
      if (step.spelled !== undefined) for (const sample of left) sample.spell(undefined)
      count.out += left.length
      count.ms += performance.now() - started
    }
    return left
  }

  /** What operators have read of files that samples name since this was last called. */
  takeFilesRead(): readonly FileRead[] {
    return this.steps.flatMap(({ operator }) => operator.takeFilesRead?.() ?? [])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { operator } of this.steps) await operator.dispose?.()
  }
}

/** The columns that slices of CSV hold numbers in. */
export function numbersOf(slices: readonly Slice[]): ReadonlySet<string> {
  return new Set(slices.flatMap(({ reading }) => reading?.numbers ?? []))
}

/** The columns of numbers that an operator takes for text, if there are any. */
export function spelledFor(
  use: OperatorUse,
  numbers: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  const keys = numbers === undefined ? [] : keysNamedBy(use).filter(key => numbers.has(key))
  return keys.length === 0 ? undefined : new Set(keys)
}

/**
 * Builds one operator of a job as its recipe uses it.
 *
 * @throws {UnitFailure} `stop_job` where what it reads beside the samples is no longer what the job began with
 */
export async function buildOperator(job: JobSpec, catalog: OperatorCatalog, index: number): Promise<Operator> {
  const use = job.operators[index]
  const definition = await catalog.load(use.name)
  const operator = await definition.create(use.params, {
    textKey: job.textKeys[0],
    seed: job.seed,
    mediaDir: job.mediaDir,
  })
  if (operator.identity === use.identity) return operator
  await operator.dispose?.()
  const message = `what ${use.name} reads beside the samples changed while the job was running; run the job again once nobody writes to it: only what depends on it is redone`
  throw new UnitFailure({ code: 'operator_changed', message, consequence: 'stop_job' })
}

function measureOnly(filter: Filter): Filter {
  return {
    kind: 'filter',
    concurrency: filter.concurrency,
    computeStats: sample => filter.computeStats?.(sample),
    keep: () => true,
    takeFilesRead: () => filter.takeFilesRead?.() ?? [],
    dispose: () => filter.dispose?.(),
  }
}

/** What becomes of single samples of a batch. */
interface Slots {
  readonly fail: (sample: Sample, error: unknown) => void
  readonly done: () => void
  readonly counts: RunningCounts
}

/** Does something with one sample; where it fails, the sample is put back to what it was before and reported. */
function attempt(sample: Sample, { fail, done }: Slots, work: () => void | Promise<void>): void | Promise<void> {
  const before = sample.mark()
  const refuse = (error: unknown) => {
    sample.restore(before)
    fail(sample, error)
  }
  try {
    const pending = work()
    if (pending !== undefined) return pending.catch(refuse).then(done)
  } catch (error) {
    refuse(error)
  }
  done()
}

/** Sample by sample, or as many at once as the operator says. Avoids waiting where nothing has to be waited for. */
async function forEachSample(
  samples: readonly Sample[],
  { concurrency = 1, slots }: { readonly concurrency: number | undefined; readonly slots: Slots },
  work: (sample: Sample, index: number) => void | Promise<void>,
): Promise<void> {
  if (concurrency > 1) {
    await forEachConcurrently(samples.entries(), concurrency, async ([index, sample]) =>
      attempt(sample, slots, () => work(sample, index)),
    )
    return
  }
  for (let index = 0; index < samples.length; index++) {
    const pending = attempt(samples[index], slots, () => work(samples[index], index))
    if (pending !== undefined) await pending
  }
}

async function runFilter(filter: Filter, samples: readonly Sample[], slots: Slots): Promise<readonly Sample[]> {
  const isKept = new Array<boolean>(samples.length).fill(false)
  const { concurrency } = filter
  await forEachSample(samples, { concurrency, slots }, (sample, index) => {
    const pending = filter.computeStats?.(sample)
    const decide = () => {
      isKept[index] = filter.keep(sample)
      slots.counts.nulled += sample.settleStats()
    }
    return pending instanceof Promise ? pending.then(decide) : decide()
  })
  return samples.filter((_, index) => isKept[index])
}

/** What became of one sample in a mapper. */
interface Mapped {
  readonly made: readonly Sample[]
  readonly isChanged: boolean
}

async function runMapper(mapper: Mapper, samples: readonly Sample[], slots: Slots): Promise<readonly Mapped[]> {
  if (mapper.mapBatch !== undefined) return runBatch(mapper, samples, slots)
  const mapped = new Array<Mapped | undefined>(samples.length)
  const { concurrency } = mapper
  await forEachSample(samples, { concurrency, slots }, (sample, index) => {
    const before = sample.revision
    const note = (result: MapResult) => {
      mapped[index] = describeResult(sample, before, result)
    }
    const result = mapper.map?.(sample)
    return result instanceof Promise ? result.then(note) : note(result)
  })
  return mapped.filter(one => one !== undefined)
}

/** A batch that throws is halved until the samples that make it throw stand alone. */
async function runBatch(mapper: Mapper, samples: readonly Sample[], slots: Slots): Promise<readonly Mapped[]> {
  if (samples.length === 0) return []
  // Halves are run on samples as they were: a batch that failed midway may have changed some of them.
  const before = samples.map(sample => sample.copy())
  const revisions = samples.map(sample => sample.revision)
  try {
    const results = (await mapper.mapBatch?.(samples)) ?? []
    if (results.length !== samples.length)
      throw new Error(`mapBatch answered ${results.length} slots for ${samples.length} samples`)
    slots.done()
    return results.map((result, index) => describeResult(samples[index], revisions[index], result))
  } catch (error) {
    if (samples.length === 1 || isSystemError(error)) {
      slots.fail(before[0], error)
      return []
    }
    const middle = samples.length >> 1
    return [
      ...(await runBatch(mapper, before.slice(0, middle), slots)),
      ...(await runBatch(mapper, before.slice(middle), slots)),
    ]
  }
}

function describeResult(sample: Sample, revisionBefore: number, result: MapResult): Mapped {
  const isSame = result === undefined || (result.length === 1 && result[0] === sample)
  return { made: result ?? [sample], isChanged: !isSame || sample.revision !== revisionBefore }
}
