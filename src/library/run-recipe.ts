import { openSource, type RecipeSource } from '../engine/open-recipe.js'
import type { RunOptions } from '../engine/run-options.js'
import { runRecipe as run } from '../engine/run-recipe.js'
import type { RunReport } from '../engine/run-report.js'
import { prepareWorker } from '../execution/local/spare-worker.js'
import { type WatchedRun, watch } from './watched-run.js'

/**
 * Runs a recipe to its end: a new job, or whatever is missing of one that exists. However it ends, what is committed
 * stays and the next run goes on from it. Await it, or iterate over its progress, or both.
 *
 * @param source the path of a recipe, a recipe as an object, or one from `openRecipe`
 * @param options how the run is followed and stopped
 * @throws {RecipeError} before any work, with everything that is wrong with the recipe
 * @throws {InputError} before any work, where the input cannot be listed or read
 * @throws {JobLockedError} where another process runs the job
 * @throws {JobFailure} where it cannot go on; the message says what to do
 * @throws {JobStopped} where `signal` stopped it
 * @example
 * import { runRecipe } from 'pawl'
 *
 * const run = runRecipe({
 *   dataset_path: 'data.jsonl',
 *   export_path: 'out/result.jsonl',
 *   process: [{ text_length_filter: { min_len: 12 } }],
 * })
 * for await (const { share, kept } of run) console.log(`${Math.floor(share * 100)} %, ${kept} kept`)
 * const { samplesOut, exportPath } = await run
 * console.log(`${samplesOut} samples in ${exportPath}`)
 */
export function runRecipe(source: RecipeSource, options: RunOptions = {}): WatchedRun<RunReport> {
  prepareWorker()
  return watch(options, async metered => run(await openSource(source), metered))
}
