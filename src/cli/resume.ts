import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { UsageError } from '../core/usage-error.js'
import { readRecordedRecipe } from '../engine/job-facts.js'
import { isAnalysis, openAnalysis } from '../engine/open-analysis.js'
import { openRecipe } from '../engine/open-recipe.js'
import { findJobs, JobDirectory } from '../state/job-directory.js'
import { writeFileAtomically } from '../util/durable-file.js'
import { newWriter } from '../util/staging.js'
import { analyzeAndShow } from './analyze.js'
import { addShowOptions } from './run.js'
import { runAndShow, type ShowOptions } from './run-and-show.js'

export function addResumeCommand(program: Command): void {
  const command = program
    .command('resume <job>')
    .description('go on with a job, by its id or its folder, with the recipe as it was run')
    .option('--work_dir <folder>', 'where the job is; by default anywhere under ./outputs')
    .addHelpText(
      'after',
      '\nTo go on with a changed recipe, run it under the same job id: pawl run --config changed.yaml --job_id ID',
    )
  addShowOptions(command).action(async (job: string, options: ShowOptions & { work_dir?: string }) => {
    const jobDir = findJob(job, options.work_dir)
    const { recipe: recorded, recipeYaml } = new JobDirectory(jobDir)
    const record = readRecordedRecipe(recorded)
    if (record === undefined)
      process.stderr.write(
        `warning: ${recorded} is lost or damaged; relative paths of the recipe start at this folder\n`,
      )
    else {
      restoreRecipe(recipeYaml, stringify(record.given))
      // Relative paths of the recipe start where the job was first run.
      goTo(record.cwd, jobDir)
    }
    const settings = ['--job_id', basename(jobDir), '--work_dir', dirname(jobDir)]
    if (record !== undefined && isAnalysis(record.facts.operators))
      await analyzeAndShow(await openAnalysis(recipeYaml, settings), options)
    else await runAndShow(await openRecipe(recipeYaml, settings), options)
  })
}

/** The recipe as people read it follows from the record, which has a checksum: where they differ it is written again. */
function restoreRecipe(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  process.stderr.write(`warning: ${path} is not as it was written; it is made again\n`)
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

function findJob(job: string, workDir: string | undefined): string {
  const found = findJobs(job, workDir)
  if (found.length === 1) return found[0]
  if (found.length > 1)
    throw new UsageError(`several jobs are called ${job}: ${found.join(', ')}; give the folder of the one you mean`)
  throw new UsageError(
    `there is no job ${job} ${workDir === undefined ? 'under ./outputs' : `in ${workDir}`}; give its folder, or --work_dir`,
  )
}
