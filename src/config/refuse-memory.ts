import { modelBytesOf } from '../core/model-bytes.js'
import type { OperatorUse } from '../core/work-unit.js'
import type { RecipeProblem } from './recipe-error.js'

/** What there is of memory and of workers. */
export interface MemoryPlan {
  readonly workers: number
  readonly availableBytes: number
}

/** Refuses models that do not fit into memory as often as there are workers, each of which has its own. */
export function refuseMemory(
  operators: readonly OperatorUse[],
  { workers, availableBytes }: MemoryPlan,
): RecipeProblem[] {
  const bytes = modelBytesOf(operators)
  if (bytes * workers <= availableBytes) return []
  const fitting = Math.floor(availableBytes / bytes)
  const remedy =
    fitting > 0 ? `--np ${fitting} fits` : 'not even those of one worker fit; free memory, or take smaller models'
  const names = operators.filter(({ models }) => models !== undefined).map(({ name }) => name)
  return [
    {
      place: undefined,
      message: `the models of ${[...new Set(names)].join(', ')} take ${inGb(bytes)} in each of ${workers} workers, ${inGb(bytes * workers)} together, where ${inGb(availableBytes)} are free; ${remedy}`,
    },
  ]
}

function inGb(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1)} GB`
}
