import type { StopSignal } from '../core/stop-signal.js'
import type { PlanDescription } from '../engine/describe-plan.js'
import { openSource, type RecipeSource } from '../engine/open-recipe.js'
import { planRecipe as plan } from '../engine/plan-recipe.js'
import type { ReusePlan } from '../engine/plan-reuse.js'
import { JobStopped } from '../execution/protocol/job-failure.js'
import type { DiskNeeds } from '../planning/estimate-disk.js'

/** A plan, and what whoever reads it should know. */
export interface RecipePlan {
  /** Operators, segments, barriers, checkpoints and partitions, and why; `disk` says what it will write, about, and `reuse` tells of a job that exists what of it is done. */
  readonly description: PlanDescription & { readonly disk: DiskNeeds; readonly reuse: ReusePlan | null }
  /** What has no effect, or may surprise. */
  readonly warnings: readonly string[]
}

/** How planning is stopped. */
export interface PlanOptions {
  /** Stops between two steps when it is aborted. By default planning goes to its end. */
  readonly signal?: StopSignal
}

/**
 * Says what running a recipe would do, and why. Reads a little of the input and writes nothing.
 *
 * @param source the path of a recipe, a recipe as an object, or one from `openRecipe`
 * @param options how planning is stopped
 * @throws {RecipeError} with everything that is wrong with the recipe
 * @throws {InputError} where the input cannot be listed or read
 * @throws {JobStopped} where `signal` stopped it
 * @example
 * import { planRecipe } from 'pawl'
 *
 * const { description } = await planRecipe({ dataset_path: 'data.jsonl', process: ['document_deduplicator'] })
 * for (const { ends_with, why } of description.segments) console.log(`${ends_with}: ${why}`)
 */
export async function planRecipe(source: RecipeSource, { signal }: PlanOptions = {}): Promise<RecipePlan> {
  const stopIfAborted = () => {
    if (signal?.aborted) throw new JobStopped('planning was stopped')
  }
  stopIfAborted()
  const open = await openSource(source)
  stopIfAborted()
  const planned = await plan(open)
  stopIfAborted()
  return planned
}
