import type { Command } from 'commander'

export interface CheckpointOptions {
  readonly work_dir?: string
  readonly json?: boolean
  readonly after?: string
  readonly to?: string
  readonly plain?: boolean
}

export interface CleanCommandOptions {
  readonly work_dir?: string
  readonly olderThan?: string
  readonly dryRun?: boolean
  readonly incomplete?: boolean
  readonly assume_dead?: boolean
}

const whereJobIs = 'where the job is; by default under ./outputs or where you ran jobs'

/** The commands about what a job could go on from. */
export function addCheckpointCommands(program: Command): void {
  const group = program.command('checkpoint').description('checkpoints of a job: list, export')
  group
    .command('list <job>')
    .description('list the checkpoints of a job, by the operator that they stand behind')
    .option('--work_dir <folder>', whereJobIs)
    .option('--json', 'print them as JSON, one place a line')
    .action(async (job: string, options: CheckpointOptions) => {
      const { showCheckpoints } = await import('./show-checkpoints.js')
      await showCheckpoints(job, options)
    })
  group
    .command('export <job>')
    .description('write the samples behind an operator to a data file')
    .requiredOption('--after <operator>', 'its name, or its place in the recipe, from 0')
    .requiredOption('--to <file>', 'the file; its suffix names the format')
    .option('--plain', 'without the statistics of the samples')
    .option('--work_dir <folder>', whereJobIs)
    .action(async (job: string, options: CheckpointOptions) => {
      const { writeCheckpoint } = await import('./show-checkpoints.js')
      await writeCheckpoint(job, options)
    })
}

/** The command that removes what finished jobs need no more. */
export function addCleanCommand(program: Command): void {
  program
    .command('clean [job]')
    .description('remove the checkpoints of jobs that are complete; outputs stay')
    .option('--older-than <age>', 'of all jobs that ended longer ago, such as 30d')
    .option('--dry-run', 'only say what would go')
    .option('--incomplete', 'also of a job that is not complete, which then starts over')
    .option('--assume_dead', 'do not wait for signs of life of a process that held it')
    .option('--work_dir <folder>', whereJobIs)
    .action(async (job: string | undefined, options: CleanCommandOptions) => {
      const { cleanAndTell } = await import('./clean-and-tell.js')
      await cleanAndTell(job, options)
    })
}
