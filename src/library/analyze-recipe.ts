import { type AnalysisReport, analyzeRecipe as analyze } from '../engine/analyze-recipe.js'
import { openAnalysis } from '../engine/open-analysis.js'
import type { RecipeSource } from '../engine/open-recipe.js'
import type { RunOptions } from '../engine/run-options.js'
import { type WatchedRun, watch } from './watched-run.js'

/**
 * Computes the statistics of every filter of a recipe without dropping a sample, then what each filter would drop. It is
 * a job of its own, `<job_id>-analysis`, and goes on like any other where it was interrupted.
 *
 * @param source the path of a recipe, a recipe as an object, or one from `openRecipe`
 * @param options how the analysis is followed and stopped
 * @throws {RecipeError} with everything that is wrong with the recipe, also where it has no filter
 * @throws {InputError} where the input cannot be listed or read
 * @throws {JobLockedError} where another process runs the analysis
 * @throws {JobFailure} where it cannot go on; the message says what to do
 * @throws {JobStopped} where `signal` stopped it
 * @example
 * import { analyzeRecipe } from 'pawl'
 *
 * const { filters } = await analyzeRecipe({
 *   dataset_path: 'data.jsonl',
 *   export_path: 'out/result.jsonl',
 *   process: [{ words_num_filter: { min_num: 3 } }],
 * })
 * for (const { name, dropped_alone } of filters) console.log(`${name} would drop ${dropped_alone}`)
 */
export function analyzeRecipe(source: RecipeSource, options: RunOptions = {}): WatchedRun<AnalysisReport> {
  return watch(options, async metered => analyze(await openAnalysis(source), metered))
}
