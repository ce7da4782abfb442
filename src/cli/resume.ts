import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Command } from 'commander'
import { UsageError } from '../core/usage-error.js'
import type { OperatorUse } from '../core/work-unit.js'
import { isAnalysis, openAnalysis } from '../engine/open-analysis.js'
import { openRecipe } from '../engine/open-recipe.js'
import { findJobs } from '../state/job-directory.js'
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
  })
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
