import type { Command } from 'commander'

export interface TraceCommandOptions {
  readonly id?: string
  readonly line?: string
  readonly work_dir?: string
  readonly json?: boolean
}

export interface DiffCommandOptions {
  readonly work_dir?: string
  readonly json?: boolean
  readonly examples: string
  readonly key: string
  readonly explain?: string
}

const whereJobIs = 'where the job is; by default under ./outputs or where you ran jobs'

export function addTraceCommands(program: Command): void {
  program
    .command('trace <job>')
    .description('say what each operator (or stage) did to one sample, by running that one again')
    .option('--id <field=value>', 'the first sample whose field has the value, such as id=doc-17 or meta.url=https://…')
    .option('--line <file:n>', 'the sample at a line (or record) of an input file, from 1')
    .option('--work_dir <folder>', whereJobIs)
    .option('--json', 'print one JSON object')
    .action(async (job: string, options: TraceCommandOptions) => {
      const { showTrace } = await import('./show-trace.js')
      await showTrace(job, options)
    })
  program
    .command('diff <job_a> <job_b>')
    .description(
      'say which samples and statistics differ between two finished jobs, by operator; or documents of two pipelines, by stage',
    )
    .option('--examples <n>', 'examples of each kind', '10')
    .option(
      '--explain <n>',
      'samples of each side that are run again, to learn which operator (or stage) it was (default: 100000; 1000 where stages of a pipeline look at whole batches)',
    )
    .option('--key <field>', 'of pipelines: the field by which documents are known again', 'id')
    .option('--work_dir <folder>', whereJobIs)
    .option('--json', 'print one JSON object')
    .action(async (a: string, b: string, options: DiffCommandOptions) => {
      const { showDiff } = await import('./show-diff.js')
      await showDiff(a, b, options)
    })
}
