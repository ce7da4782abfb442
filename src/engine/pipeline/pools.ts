import type { WorkerStatus } from '../../core/process-status.js'
import type { UnitReport } from '../../core/report.js'
import type { UnitOutcome } from '../../core/unit-result.js'
import type { JobSpec, WorkUnit } from '../../core/work-unit.js'
import { LocalExecutor } from '../../execution/local/local-executor.js'
import type { Executor, Slot } from '../../execution/protocol/executor.js'
import { turnSlot } from '../../execution/protocol/turn-slot.js'
import { describeFailure, UnitFailure } from '../../execution/protocol/unit-failure.js'
import { RayExecutor } from '../../execution/ray/ray-executor.js'
import type { RaySettings } from '../../execution/ray/ray-settings.js'
import type { InlineStages, LoadedStages } from '../../pipeline/run/load-stages.js'
import { tearDown } from '../../pipeline/run/load-stages.js'
import { runStages } from '../../pipeline/run/run-stages.js'
import { Turns } from '../../util/turns.js'
import type { PoolPlan } from './divide-stages.js'

export interface PoolSettings {
  readonly pools: readonly PoolPlan[]
  readonly inline: InlineStages
  readonly stallMs: number
  readonly logFolder: string
  /** Where workers run on a Ray cluster, and how many share the stages that need none of their own. */
  readonly ray: Pick<RaySettings, 'address' | 'placement' | 'workers' | 'onWarning'> | undefined
}

/** Sources under way beyond those that workers are at, so that a pool finds the next one ready. */
const ahead = 2

/** The workers of a pipeline: a unit goes to the pool of its stages. */
export class Pools implements Executor {
  readonly #executors: readonly (LocalExecutor | RayExecutor | InlineExecutor)[]
  readonly #turns: Turns
  /** How many workers there are is for the executor to say, and changes. */
  readonly #isGrowing: boolean

  constructor(job: JobSpec, { pools, inline, stallMs, logFolder, ray }: PoolSettings) {
    const elsewhere = pools.reduce(
      (sum, { workers, isInline }, index) => sum + (index === 0 || isInline ? 0 : workers),
      0,
    )
    this.#executors = pools.map(({ workers, memoryMb, isInline }, index) => {
      if (isInline) return new InlineExecutor(job, workers, inline)
      const limits = { stallMs, memoryBytes: memoryMb * 1e6, logFolder }
      if (ray === undefined) return new LocalExecutor(job, { workers, ...limits })
      if (index > 0) return new RayExecutor(job, { ...ray, ...limits, workers })
      // Those that all stages share take what room there is, but not that of stages with workers of their own.
      return new RayExecutor(job, { ...ray, ...limits, othersWorkers: elsewhere })
    })
    this.#isGrowing = ray !== undefined && pools.length === 1
    const all = pools.reduce((sum, { workers }) => sum + workers, 0)
    this.#turns = new Turns(pools.length === 1 ? all : all + ahead)
  }

  /** As many sources may be under way at once as there are workers, and some that wait for one. */
  async acquire(signal: AbortSignal): Promise<Slot> {
    if (this.#isGrowing) return this.#executors[0].acquire(signal)
    await this.#turns.take(signal)
    return turnSlot(this.#turns, (unit, report, stop) => this.#run(unit, report, stop))
  }

  async #run(unit: WorkUnit, report: UnitReport, signal: AbortSignal): Promise<UnitOutcome> {
    // Decisions are taken by the workers that all stages share.
    const executor = this.#executors[unit.kind === 'stages' ? unit.pool : 0]
    if (signal.aborted) return { kind: 'stopped' }
    try {
      using slot = await executor.acquire(signal)
      return await slot.run(unit, report, signal)
    } catch (error) {
      if (error === signal.reason) return { kind: 'stopped' }
      throw error
    }
  }

  memoryBytes(): number {
    return this.#executors.reduce((sum, executor) => sum + executor.memoryBytes(), 0)
  }

  workers(): WorkerStatus[] {
    return this.#executors.flatMap(executor => (executor instanceof InlineExecutor ? [] : executor.workers()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#executors.map(executor => executor[Symbol.asyncDispose]()))
  }
}

/** Runs stages that are written in a script, in the script's process. */
class InlineExecutor implements Executor {
  readonly #loaded = new Map<string, Promise<LoadedStages>>()
  readonly #turns: Turns

  constructor(
    readonly job: JobSpec,
    slots: number,
    readonly inline: InlineStages,
  ) {
    this.#turns = new Turns(slots)
  }

  async acquire(signal: AbortSignal): Promise<Slot> {
    await this.#turns.take(signal)
    return turnSlot(this.#turns, (unit, report, stop) => this.#run(unit, report, stop))
  }

  async #run(unit: WorkUnit, report: UnitReport, signal: AbortSignal): Promise<UnitOutcome> {
    if (unit.kind !== 'stages') throw new TypeError(`a pipeline has no unit of kind ${unit.kind}`)
    try {
      if (signal.aborted) return { kind: 'stopped' }
      const watched: UnitReport = {
        ...report,
        progress: progress => {
          if (signal.aborted) throw stopped
          report.progress(progress)
        },
      }
      return {
        kind: 'done',
        result: await runStages({ job: this.job, report: watched }, unit, {
          inline: this.inline,
          loaded: this.#loaded,
        }),
      }
    } catch (error) {
      return error === stopped ? { kind: 'stopped' } : { kind: 'failed', error: describeFailure(error) }
    }
  }

  memoryBytes(): number {
    return 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const loading of this.#loaded.values()) await loading.then(tearDown).catch(() => {})
  }
}

const stopped = new UnitFailure({ code: 'stopped', message: 'the pipeline was stopped', consequence: 'stop_job' })
