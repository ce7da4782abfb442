import type { Command } from 'commander'

export interface EventsOptions {
  readonly work_dir?: string
  readonly type?: readonly string[]
  readonly since?: string
  readonly partition?: string
  readonly operator?: string
  readonly follow?: boolean
  readonly json?: boolean
}

export interface LogsOptions {
  readonly work_dir?: string
  readonly level?: string
  readonly partition?: string
  readonly follow?: boolean
}

const whereJobIs = 'where the job is; by default under ./outputs or where you ran jobs'

/** The commands that show what a job wrote about itself. */
export function addEventCommands(program: Command): void {
  program
    .command('logs <job>')
    .description('print the log of a job, all runs of it')
    .option('--level <level>', 'error, warning or info: lines of this level and above')
    .option('--partition <key>', 'only what names this partition')
    .option('--follow', 'go on printing what comes, until Ctrl-C')
    .option('--work_dir <folder>', whereJobIs)
    .action(async (job: string, options: LogsOptions) => {
      const { showLogs } = await import('./show-events.js')
      await showLogs(job, options)
    })
  program
    .command('events <job>')
    .description('print the events of a job, all runs of it')
    .option('--type <types...>', 'only these, such as checkpoint_save (pawl schema --events lists them)')
    .option('--since <time>', 'only later ones: a time, or an age such as 10m')
    .option('--partition <key>', 'only of this partition')
    .option('--operator <name>', 'only of this operator')
    .option('--follow', 'go on printing what comes, until Ctrl-C')
    .option('--json', 'as they stand in the file, one a line')
    .option('--work_dir <folder>', whereJobIs)
    .action(async (job: string, options: EventsOptions) => {
      const { showEvents } = await import('./show-events.js')
      await showEvents(job, options)
    })
}
