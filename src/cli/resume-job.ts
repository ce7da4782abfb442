import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import type { OperatorUse } from '../core/work-unit.js'
import { isAnalysis, openAnalysis } from '../engine/open-analysis.js'
import { openRecipe } from '../engine/open-recipe.js'
import { findAllJobs, findJobs } from '../state/job-directory.js'
import { nearestName } from '../util/nearest.js'
import { analyzeAndShow } from './analyze-and-show.js'
import { runAndShow } from './run-and-show.js'
import type { ShowOptions } from './show-options.js'

/** Goes on with a job, by its id or its folder. */
export async function resumeJob(job: string, options: ShowOptions & { readonly work_dir?: string }): Promise<void> {
  const jobDir = findJob(job, options.work_dir)
  const { cwd, facts } = JSON.parse(readFileSync(join(jobDir, 'metadata', 'recipe.json'), 'utf8')) as {
    cwd: string
    facts: { operators: readonly OperatorUse[] }
  }
  // Relative paths of the recipe start where the job was first run.
  process.chdir(cwd)
  const recipe = join(jobDir, 'metadata', 'recipe.yaml')
  const settings = ['--job_id', basename(jobDir), '--work_dir', dirname(jobDir)]
  if (isAnalysis(facts.operators)) await analyzeAndShow(await openAnalysis(recipe, settings), options)
  else await runAndShow(await openRecipe(recipe, settings), options)
}

function findJob(job: string, workDir: string | undefined): string {
  const found = findJobs(job, workDir)
  if (found.length === 1) return found[0]
  if (found.length > 1)
    throw new UsageError(`several jobs are called ${job}: ${found.join(', ')}; give the folder of the one you mean`)
  const nearest = workDir === undefined ? nearestName(job, findAllJobs()) : undefined
  const remedy = nearest === undefined ? 'give its folder, or --work_dir' : `did you mean "${nearest}"?`
  throw new UsageError(
    `there is no job ${job} ${workDir === undefined ? 'under ./outputs' : `in ${workDir}`}; ${remedy}`,
  )
}
