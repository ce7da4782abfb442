import type { Command } from 'commander'

export interface JobsOptions {
  readonly work_dir?: readonly string[]
  readonly all?: boolean
  readonly json?: boolean
}

export interface MonitorOptions {
  readonly work_dir?: string
  readonly detailed?: boolean
  readonly watch?: boolean
  readonly interval: string
  readonly json?: boolean
}

export interface StopCommandOptions {
  readonly work_dir?: string
  readonly force?: boolean
  readonly timeout: string
  readonly host?: string
  readonly pid?: string
  readonly list?: boolean
  readonly json?: boolean
}

const whereJobIs = 'where the job is; by default under ./outputs or where you ran jobs'

/** The commands that look at jobs, from wherever they run, and stop them. */
export function addJobCommands(program: Command): void {
  program
    .command('jobs')
    .description('list jobs: what runs, how far it is, and how the others ended')
    .option('--work_dir <folders...>', 'look only in these work dirs')
    .option('--all', 'also those that ended more than a day ago')
    .option('--json', 'print them as JSON, one job a line')
    .action(async (options: JobsOptions) => {
      const { showJobs } = await import('./show-jobs.js')
      showJobs(options)
    })
  program
    .command('monitor <job>')
    .description('see how far a job is, from any terminal or host that shares its folder')
    .option('--detailed', 'operators, workers, checkpoints, retries, and what is reused and why')
    .option('--watch', 'go on looking until it ends')
    .option('--interval <seconds>', 'seconds between two looks', '10')
    .option('--work_dir <folder>', whereJobIs)
    .option('--json', 'print it as JSON, one look a line')
    .action(async (job: string, options: MonitorOptions) => {
      const { monitorJob } = await import('./monitor-job.js')
      await monitorJob(job, options)
    })
  program
    .command('stop [job]')
    .description('stop a job in order, from any terminal or host that shares its folder')
    .option('--force', 'end its processes on this host at once; what is committed stays')
    .option('--timeout <seconds>', 'how long to wait for it to stop', '60')
    .option('--host <host>', 'only processes of this host')
    .option('--pid <pid>', 'only the process of this number')
    .option('--list', 'list the jobs that run')
    .option('--work_dir <folder>', whereJobIs)
    .option('--json', 'print what came of it as JSON')
    .action(async (job: string | undefined, options: StopCommandOptions) => {
      const { stopAndTell } = await import('./stop-and-tell.js')
      await stopAndTell(job, options)
    })
}
