import type { PartUse } from '../../core/pipeline-spec.js'
import { UsageError } from '../../core/usage-error.js'
import type { OperatorUse } from '../../core/work-unit.js'
import type { Stage } from '../../pipeline/stage.js'

/** Stages `[from, to)` that one unit runs, and the pool of workers that runs it. */
export interface StageRange {
  readonly from: number
  readonly to: number
  readonly pool: number
  /** Where a barrier stands at `from`: its number among the pipeline's barriers. */
  readonly applies?: number
  /** Where a barrier stands at `to`: its number. */
  readonly signs?: number
}

/** Workers of a pipeline: those that all stages share come first. */
export interface PoolPlan {
  readonly name: string
  readonly workers: number
  readonly memoryMb: number
  /** The script's own process, for stages that are written in it. */
  readonly isInline: boolean
}

export interface DivideSettings {
  readonly workers: number
  readonly workerMemoryMb: number
}

/**
 * Divides stages into runs that stay in one worker from task to task. A stage with workers or resources of its own, or
 * one that only works in the script's process, ends the run before it: its tasks are handed over through a spool.
 */
export function divideStages(
  stages: readonly Stage[],
  parts: readonly (PartUse | undefined)[],
  { workers, workerMemoryMb }: DivideSettings,
): { readonly ranges: readonly StageRange[]; readonly pools: readonly PoolPlan[] } {
  const pools: PoolPlan[] = [{ name: 'workers', workers, memoryMb: workerMemoryMb, isInline: false }]
  const poolOf = (index: number): number => {
    const stage = stages[index]
    const isInline = parts[index] === undefined
    if (!isInline && stage.workers === undefined && stage.resources === undefined) return 0
    if (isInline) {
      const known = pools.findIndex(pool => pool.isInline)
      if (known >= 0 && stage.workers === undefined) return known
    }
    const memoryMb = stage.resources?.memoryMb ?? workerMemoryMb
    return pools.push({ name: stage.name, workers: workersOf(stage, isInline, workers), memoryMb, isInline }) - 1
  }
  const ranges: StageRange[] = []
  let barriers = 0
  for (let index = 0; index < stages.length; index++) {
    const last = ranges.at(-1)
    if (isBarrierUse(parts[index])) {
      // What it decides on is what the stages before it leave, or the sources themselves.
      const before = last ?? { from: 0, to: 0, pool: 0 }
      ranges[Math.max(0, ranges.length - 1)] = { ...before, signs: barriers }
      ranges.push({ from: index, to: index + 1, pool: 0, applies: barriers++ })
      continue
    }
    const pool = poolOf(index)
    if (last !== undefined && last.pool === pool && (pool === 0 || pools[pool].isInline))
      ranges[ranges.length - 1] = { ...last, to: index + 1 }
    else ranges.push({ from: index, to: index + 1, pool })
  }
  // A pipeline of a source alone has nothing to run.
  return { ranges, pools }
}

function workersOf({ name, workers, resources }: Stage, isInline: boolean, shared: number): number {
  if (workers !== undefined) return workers
  if (isInline) return 1
  if (resources?.gpus !== undefined && resources.gpus > 0) return 1
  const { cpus } = resources ?? {}
  if (cpus !== undefined && !(cpus > 0)) throw new UsageError(`${name}: resources.cpus ${cpus} is not above 0`)
  return cpus === undefined ? shared : Math.max(1, Math.floor(shared / cpus))
}

/** The operator of a stage that is one. */
export function operatorOf(part: PartUse | undefined): OperatorUse | undefined {
  return part?.name === 'OperatorStage' ? (part.options['use'] as unknown as OperatorUse) : undefined
}

function isBarrierUse(part: PartUse | undefined): boolean {
  return operatorOf(part)?.isBarrier === true
}
