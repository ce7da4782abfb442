import type { Command } from 'commander'

export interface SlurmInitOptions {
  readonly config?: string
  readonly pipeline?: string
  readonly checkpoint_path?: string
  readonly tasks?: string
  readonly cpus?: string
  readonly time?: string
  readonly partition?: string
  readonly mem?: string
  readonly shard?: string
  readonly logs?: string
  readonly sbatch?: readonly string[]
  readonly pawl?: string
  readonly output: string
  readonly force?: boolean
}

export interface SlurmOptions {
  readonly array?: string
  readonly offset?: string
  readonly json?: boolean
}

const usualScript = 'pawl.sbatch'

/** The commands about Slurm: array tasks are processes that join one job. */
export function addSlurmCommands(program: Command): void {
  const group = program
    .command('slurm')
    .description('run a job as a Slurm array: init, submit, status, missing')
    .addHelpText(
      'after',
      `
The tasks of an array are processes on one job, which is kept on a folder that
all nodes see. By lease (the default) each takes what no other holds, so that
tasks may be cancelled, requeued, added or run again at any time:

  pawl slurm init --config recipe.yaml --tasks 8 --time 4:00:00
  pawl slurm submit pawl.sbatch
  pawl slurm status pawl.sbatch
  pawl slurm missing pawl.sbatch       which tasks are worth submitting again

More: docs/slurm.md`,
    )
  group
    .command('init')
    .description('write a batch script for a recipe or a pipeline, with comments, to be changed as you need')
    .option('--config <recipe>', 'the recipe')
    .option('--pipeline <file>', 'or the module of a pipeline, with --checkpoint_path')
    .option('--checkpoint_path <dir>', 'where the state of the pipeline is kept')
    .option('--tasks <n>', 'tasks of the array; asked for on a terminal, else 8')
    .option('--cpus <n>', 'cores, and so workers, of each task (4)')
    .option('--time <limit>', 'time limit of each task, as Slurm writes it; asked for on a terminal')
    .option('--partition <name>', 'partition of the cluster; asked for on a terminal')
    .option('--mem <size>', 'memory of each task, as Slurm writes it')
    .option('--shard <mode>', 'lease: each task takes what nobody holds (the default); hash: each has its share')
    .option('--logs <folder>', 'where the output of tasks goes', '.')
    .option('--sbatch <option...>', 'more for #SBATCH, such as --sbatch=--account=lab')
    .option('--pawl <command>', 'how Pawl is started on the nodes; by default as it was started here')
    .option('-o, --output <script>', 'where the script goes', usualScript)
    .option('--force', 'replace a script that is there')
    .action(async (options: SlurmInitOptions) => {
      const { initScript } = await import('./slurm-init.js')
      await initScript(options)
    })
  group
    .command('submit')
    .description('submit the script, once: an answer that was lost is looked up, not asked for again')
    .argument('[script]', 'the script', usualScript)
    .option('--array <list>', 'only these tasks, such as 2,5-7')
    .option('--offset <n>', 'what is added to each of their indexes (see missing)')
    .option('--json', 'print one JSON object')
    .action(async (script: string, options: SlurmOptions) => {
      const { submitScript } = await import('./slurm-job.js')
      await submitScript(script, options)
    })
  group
    .command('status')
    .description('say how far the job is, what Slurm says of its tasks, and what to do')
    .argument('[script]', 'the script', usualScript)
    .option('--json', 'print one JSON object')
    .action(async (script: string, options: SlurmOptions) => {
      const { showSlurmStatus } = await import('./slurm-job.js')
      await showSlurmStatus(script, options)
    })
  group
    .command('missing')
    .description('print which tasks are worth submitting, as lists for --array, split to what the cluster allows')
    .argument('[script]', 'the script', usualScript)
    .option('--json', 'print one JSON object')
    .action(async (script: string, options: SlurmOptions) => {
      const { showMissing } = await import('./slurm-job.js')
      await showMissing(script, options)
    })
}
