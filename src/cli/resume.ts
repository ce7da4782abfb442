import type { Command } from 'commander'
import { prepare } from './run.js'
import { addHandOptions, addShowOptions, type ShowOptions } from './show-options.js'

export function addResumeCommand(program: Command): void {
  const command = program
    .command('resume <job>')
    .description('go on with a job, by its id or its folder, with the recipe as it was run')
    .option('--work_dir <folder>', 'where the job is; by default under ./outputs or where you ran jobs')
    .addHelpText(
      'after',
      `
To go on with a changed recipe, run it under the same job id:
  pawl run changed.yaml --job_id ID`,
    )
  addHandOptions(addShowOptions(command)).action(async (job: string, options: ShowOptions & { work_dir?: string }) => {
    await prepare()
    const { resumeJob } = await import('./resume-job.js')
    await resumeJob(job, options)
  })
}
