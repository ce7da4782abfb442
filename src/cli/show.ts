import type { Command } from 'commander'

export interface ShowJobOptions {
  readonly work_dir?: string
  readonly dropped?: string
  readonly changed?: string
  readonly quarantine?: boolean
  readonly json?: boolean
}

export function addShowCommand(program: Command): void {
  program
    .command('show <job>')
    .description('page through what operators did to samples, as traced, and what was set aside')
    .option('--changed <operator>', 'only what an operator changed')
    .option('--dropped <operator>', 'only what an operator dropped')
    .option('--quarantine', 'only what was set aside, and why')
    .option('--work_dir <folder>', 'where the job is; by default under ./outputs or where you ran jobs')
    .option('--json', 'print it as JSON, one example a line')
    .addHelpText(
      'after',
      `
Operators are traced by a run with --open_tracer true; on a job that is complete
that redoes nothing else. Of two uses of an operator, the second is NAME.2.`,
    )
    .action(async (job: string, options: ShowJobOptions) => {
      const { showJob } = await import('./show-job.js')
      await showJob(job, options)
    })
}
