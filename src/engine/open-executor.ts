import type { Recipe } from '../config/recipe.js'
import { modelBytesOf } from '../core/model-bytes.js'
import type { WorkerStatus } from '../core/process-status.js'
import type { JobSpec } from '../core/work-unit.js'
import { LocalExecutor } from '../execution/local/local-executor.js'
import { endSpare } from '../execution/local/spare-worker.js'
import type { Executor } from '../execution/protocol/executor.js'
import { RayExecutor } from '../execution/ray/ray-executor.js'
import { usableCores } from '../util/cpu.js'

/** Workers, wherever they are. */
export interface Workers extends Executor {
  /** Has a worker ready for the first unit, as early as can be. */
  prepare(): void
  /** What each worker is at. */
  workers(): WorkerStatus[]
}

interface Surroundings {
  readonly logFolder: string
  readonly onWarning: (message: string) => void
}

const megabyte = 1_000_000

/** The workers that a recipe asks for: processes on this machine, or on a Ray cluster. */
export function openExecutor(recipe: Recipe, spec: JobSpec, { logFolder, onWarning }: Surroundings): Workers {
  const { worker, np } = recipe
  const limits = {
    stallMs: worker.stall_timeout_s * 1000,
    memoryBytes: worker.memory_mb * megabyte + modelBytesOf(recipe.operators),
    logFolder,
  }
  if (recipe.executor_type !== 'ray_partitioned')
    return new LocalExecutor(spec, { workers: np ?? usableCores(), ...limits })
  endSpare()
  const { ray_address: address, ray: placement } = recipe
  return new RayExecutor(spec, { address, placement, workers: np ?? undefined, ...limits, onWarning })
}

/** What summaries call it. */
export function executorName({ executor_type }: Pick<Recipe, 'executor_type'>): string {
  return executor_type === 'ray_partitioned' ? executor_type : 'local'
}
