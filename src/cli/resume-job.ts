import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { stringify } from 'yaml'
import { UsageError } from '../core/usage-error.js'
import { readRecordedRecipe } from '../engine/job-facts.js'
import { isAnalysis, openAnalysis } from '../engine/open-analysis.js'
import { openRecipe } from '../engine/open-recipe.js'
import { findJob } from '../jobs/find-job.js'
import { refusePipeline } from '../jobs/refuse-pipeline.js'
import { JobDirectory } from '../state/job-directory.js'
import { writeFileAtomically } from '../util/durable-file.js'
import { newWriter } from '../util/staging.js'
import { analyzeAndShow } from './analyze-and-show.js'
import { runAndShow } from './run-and-show.js'
import type { ShowOptions } from './show-options.js'

/** Goes on with a job, by its id or its folder. */
export async function resumeJob(job: string, options: ShowOptions & { readonly work_dir?: string }): Promise<void> {
  const jobDir = findJob(job, options.work_dir)
  const directory = new JobDirectory(jobDir)
  refusePipeline(directory, 'pawl resume')
  const { recipe: recorded, recipeYaml } = directory
  const record = readRecordedRecipe(directory)
  if (record === undefined)
    process.stderr.write(`warning: ${recorded} is lost or damaged; relative paths of the recipe start at this folder\n`)
  else {
    restoreRecipe(directory, stringify(record.given))
    // Relative paths of the recipe start where the job was first run.
    goTo(record.cwd, jobDir)
  }
  const settings = ['--job_id', basename(jobDir), '--work_dir', dirname(jobDir)]
  if (record !== undefined && isAnalysis(record.facts.operators))
    await analyzeAndShow(await openAnalysis(recipeYaml, settings), options)
  else await runAndShow(await openRecipe(recipeYaml, settings), options)
}

/**
 * The recipe as people read it follows from the record, which has a checksum: where they differ it is written again. Where
 * roots are elsewhere on the host that ran it last, it names other places.
 */
function restoreRecipe({ recipeYaml: path, roots }: JobDirectory, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  if (roots.isEmpty) process.stderr.write(`warning: ${path} is not as it was written; it is made again\n`)
  writeFileAtomically(path, text, newWriter())
}

function goTo(cwd: string, jobDir: string): void {
  try {
    process.chdir(cwd)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is gone' : 'cannot be entered'
    throw new UsageError(
      `the folder in which ${jobDir} was begun, ${cwd}, ${why}: relative paths of its recipe mean nothing without it`,
    )
  }
}
