import type { Filter, Mapper, MapResult, Operator, OperatorCatalog } from '../core/operator.js'
import type { Sample } from '../core/sample.js'
import type { JobSpec, OperatorUse } from '../core/work-unit.js'
import { forEachConcurrently } from '../util/pool.js'
import type { RunningCounts } from './counts.js'
import { isSystemError, UnitFailure } from './unit-failure.js'

/** Told of every sample that an operator failed on. */
export type OnSampleFailure = (sample: Sample, operator: OperatorUse, error: unknown) => void

interface Step {
  readonly index: number
  readonly use: OperatorUse
  readonly operator: Mapper | Filter
}

/** The operators of a segment, built once and run over one batch after another. */
export class OperatorChain {
  private constructor(readonly steps: readonly Step[]) {}

  /** Builds the operators `[from, to)` of a job; barriers among them are skipped, as their decisions come with the input. */
  static async build(job: JobSpec, catalog: OperatorCatalog, from: number, to: number): Promise<OperatorChain> {
    const steps: Step[] = []
    for (let index = from; index < to; index++) {
      const built = await buildOperator(job, catalog, index)
      const operator = job.operators[index].onlyMeasures && built.kind === 'filter' ? measureOnly(built) : built
      if (operator.kind !== 'barrier') steps.push({ index, use: job.operators[index], operator })
    }
    return new OperatorChain(steps)
  }

  /**
   * Runs all operators over a batch and returns the samples that are left, in order. A sample on which
   * one fails is reported and leaves the batch; the others go on.
   */
  async run(samples: readonly Sample[], counts: RunningCounts, onFailure: OnSampleFailure): Promise<readonly Sample[]> {
    let left = samples
    for (const step of this.steps) {
      const started = performance.now()
      const count = counts.operator(step.index)
      count.in += left.length
      const fail = (sample: Sample, error: unknown) => {
        if (isSystemError(error)) throw error
        count.quarantined++
        onFailure(sample, step.use, error)
      }
      if (step.operator.kind === 'filter') left = await runFilter(step.operator, left, counts, fail)
      else {
        const results = await runMapper(step.operator, left, fail)
        count.changed += results.filter(({ isChanged }) => isChanged).length
        left = results.flatMap(({ made }) => made)
      }
      count.out += left.length
      count.ms += performance.now() - started
    }
    return left
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { operator } of this.steps) await operator.dispose?.()
  }
}

/**
 * Builds one operator of a job as its recipe uses it.
 *
 * @throws {UnitFailure} `stop_job` where what it reads beside the samples is no longer what the job began with
 */
export async function buildOperator(job: JobSpec, catalog: OperatorCatalog, index: number): Promise<Operator> {
  const use = job.operators[index]
  const definition = await catalog.load(use.name)
  const operator = await definition.create(use.params, { textKey: job.textKeys[0], seed: job.seed })
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
    dispose: () => filter.dispose?.(),
  }
}

type Fail = (sample: Sample, error: unknown) => void

async function runFilter(
  filter: Filter,
  samples: readonly Sample[],
  counts: RunningCounts,
  fail: Fail,
): Promise<readonly Sample[]> {
  if ((filter.concurrency ?? 1) > 1) return runFilterConcurrently(filter, samples, counts, fail)
  const kept: Sample[] = []
  for (const sample of samples) {
    try {
      const pending = filter.computeStats?.(sample)
      if (pending !== undefined) await pending
      if (filter.keep(sample)) kept.push(sample)
      counts.nulledStats += sample.settleStats()
    } catch (error) {
      fail(sample, error)
    }
  }
  return kept
}

async function runFilterConcurrently(
  filter: Filter,
  samples: readonly Sample[],
  counts: RunningCounts,
  fail: Fail,
): Promise<readonly Sample[]> {
  const isKept = new Array<boolean>(samples.length).fill(false)
  await forEachConcurrently(samples.entries(), filter.concurrency ?? 1, async ([index, sample]) => {
    try {
      await filter.computeStats?.(sample)
      isKept[index] = filter.keep(sample)
      counts.nulledStats += sample.settleStats()
    } catch (error) {
      fail(sample, error)
    }
  })
  return samples.filter((_, index) => isKept[index])
}

/** What became of one sample in a mapper. */
interface Mapped {
  readonly made: readonly Sample[]
  readonly isChanged: boolean
}

async function runMapper(mapper: Mapper, samples: readonly Sample[], fail: Fail): Promise<readonly Mapped[]> {
  if (mapper.mapBatch !== undefined) return runBatch(mapper, samples, fail)
  if ((mapper.concurrency ?? 1) > 1) return runMapperConcurrently(mapper, samples, fail)
  const mapped: Mapped[] = []
  for (const sample of samples) {
    const before = sample.revision
    try {
      let result = mapper.map?.(sample)
      if (result instanceof Promise) result = await result
      mapped.push(describeResult(sample, before, result))
    } catch (error) {
      fail(sample, error)
    }
  }
  return mapped
}

async function runMapperConcurrently(
  mapper: Mapper,
  samples: readonly Sample[],
  fail: Fail,
): Promise<readonly Mapped[]> {
  const mapped = new Array<Mapped | undefined>(samples.length)
  await forEachConcurrently(samples.entries(), mapper.concurrency ?? 1, async ([index, sample]) => {
    const before = sample.revision
    try {
      mapped[index] = describeResult(sample, before, await mapper.map?.(sample))
    } catch (error) {
      fail(sample, error)
    }
  })
  return mapped.filter(one => one !== undefined)
}

/** A batch that throws is halved until the samples that make it throw stand alone. */
async function runBatch(mapper: Mapper, samples: readonly Sample[], fail: Fail): Promise<readonly Mapped[]> {
  if (samples.length === 0) return []
  // Halves are run on samples as they were: a batch that failed midway may have changed some of them.
  const before = samples.map(sample => sample.copy())
  const revisions = samples.map(sample => sample.revision)
  try {
    const results = (await mapper.mapBatch?.(samples)) ?? []
    if (results.length !== samples.length)
      throw new Error(`mapBatch answered ${results.length} slots for ${samples.length} samples`)
    return results.map((result, index) => describeResult(samples[index], revisions[index], result))
  } catch (error) {
    if (samples.length === 1 || isSystemError(error)) {
      fail(before[0], error)
      return []
    }
    const middle = samples.length >> 1
    return [
      ...(await runBatch(mapper, before.slice(0, middle), fail)),
      ...(await runBatch(mapper, before.slice(middle), fail)),
    ]
  }
}

function describeResult(sample: Sample, revisionBefore: number, result: MapResult): Mapped {
  const isSame = result === undefined || (result.length === 1 && result[0] === sample)
  return { made: result ?? [sample], isChanged: !isSame || sample.revision !== revisionBefore }
}
