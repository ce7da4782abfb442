import { basename, dirname, join } from 'node:path'
import { RecipeError } from '../config/recipe-error.js'
import type { RecipeInput } from '../config/recipe-types.js'
import type { OperatorUse } from '../core/work-unit.js'
import { isOpen, type OpenRecipe, openRecipe, type RecipeSource } from './open-recipe.js'

const suffix = '-analysis'

/** A recipe opened to be analysed. */
export interface OpenAnalysis {
  /** The job that measures: every filter in it only measures, barriers are left out. */
  readonly open: OpenRecipe
  /** For each of that job's operators, its place in the recipe. */
  readonly places: readonly number[]
  /** Operators of the recipe that need the whole dataset and take no part. */
  readonly leftOut: readonly string[]
}

/**
 * Loads a recipe as `openRecipe` does and turns it into a job `<job_id>-analysis` that computes all
 * statistics and drops nothing. Makes no file.
 *
 * @throws {RecipeError} with everything that is wrong, also where there is no filter to analyse
 */
export async function openAnalysis(
  source: RecipeSource | undefined,
  settings: readonly string[] = [],
): Promise<OpenAnalysis> {
  const unopened = source !== undefined && isOpen(source) ? (source.recipe.given as RecipeInput) : source
  const { recipe: plain } = await openRecipe(unopened, settings)
  const jobId = plain.jobId.endsWith(suffix) ? plain.jobId : `${plain.jobId}${suffix}`
  const workDir = dirname(plain.jobDir)
  const open = await openRecipe(unopened, [
    ...settings,
    ...['--job_id', jobId, '--work_dir', workDir, '--export_path', join(workDir, jobId, 'analysis', 'stats.jsonl')],
    ...['--export_type', 'jsonl', '--export_shard_size', '0', '--keep_stats_in_res_ds', 'true'],
    // What is measured is not changed: there is nothing to trace.
    ...['--open_tracer', 'false'],
    ...['--max_quarantine_ratio', '1'],
  ])
  const { operators } = open.recipe
  const places = operators.flatMap(({ isBarrier }, index) => (isBarrier ? [] : [index]))
  const measuring = await Promise.all(places.map(index => measureOnly(open, operators[index])))
  if (!measuring.some(({ onlyMeasures }) => onlyMeasures))
    throw RecipeError.of(
      `${plain.file === undefined ? 'the recipe' : basename(plain.file)} has no filter: there is nothing to analyse`,
    )
  return {
    open: { ...open, recipe: { ...open.recipe, operators: measuring } },
    places,
    leftOut: operators.filter(({ isBarrier }) => isBarrier).map(({ name }) => name),
  }
}

async function measureOnly({ catalog }: OpenRecipe, use: OperatorUse): Promise<OperatorUse> {
  const { kind } = await catalog.load(use.name)
  return kind === 'filter' ? { ...use, onlyMeasures: true } : use
}

/** True for a job that `openAnalysis` set up, by the operators it put on record. */
export function isAnalysis(operators: readonly OperatorUse[]): boolean {
  return operators.some(({ onlyMeasures }) => onlyMeasures)
}
