import type { Command } from 'commander'
import { addHandOptions, addShowOptions, type ShowOptions } from './show-options.js'

export interface PipelineRunOptions extends ShowOptions {
  readonly checkpoint_path?: string
  readonly workers?: string
  readonly executor?: string
  readonly ray_address?: string
  readonly max_attempts?: string
  readonly retryFailed?: boolean
  readonly shard?: string
  readonly replayQuarantined?: boolean
}

export function addPipelineCommands(program: Command): void {
  const pipeline = program
    .command('pipeline')
    .description('run stages that are written in code, and see how far they are')
  const run = pipeline
    .command('run')
    .description('run the pipeline that a module exports; one that was begun is gone on with')
    .argument(
      '<file>',
      'a module in TypeScript or JavaScript whose default export is a Pipeline, or a function that gives one',
    )
    .option(
      '--checkpoint_path <dir>',
      'where the state is kept, so that the same command goes on after any interruption',
    )
    .option('--workers <n>', 'worker processes')
    .option('--executor <name>', 'where stages run: local (the default) or ray')
    .option('--ray_address <address>', 'the Ray cluster: host:port of its head, or auto (the default)')
    .option(
      '--shard <mode>',
      'share sources by lease (the default) or by hash: PAWL_SHARD, PAWL_SHARDS, or a Slurm array',
    )
    .option('--max_attempts <n>', 'runs in which a source may fail before it is left alone (3)')
    .option('--retry-failed', 'try sources again that were left alone')
    .option('--replay-quarantined', 'run documents again that were set aside, and fold what survives into the output')
    .addHelpText(
      'after',
      `
A module:
  import { JsonlReader, JsonlWriter, Pipeline } from 'pawl'
  export default new Pipeline({ name: 'copy' })
    .addStage(new JsonlReader({ filePaths: 'input/' }))
    .addStage(new JsonlWriter({ path: 'output/' }))

A failed task keeps its source open, and only that source is run again by the
next run. Exit codes: 0 all sources are complete, 1 some failed.
More: docs/resumable-processing.md`,
    )
  addHandOptions(addShowOptions(run)).action(async (file: string, options: PipelineRunOptions) => {
    const { runPipelineFile } = await import('./run-pipeline-file.js')
    await runPipelineFile(file, options)
  })
  pipeline
    .command('status')
    .description('say how many sources are complete, pending and failed, and why')
    .argument('<state>', 'the checkpointPath of the pipeline')
    .option('--json', 'print one JSON object')
    .action(async (state: string, options: { readonly json?: boolean }) => {
      const { showPipelineStatus } = await import('./show-pipeline-status.js')
      await showPipelineStatus(state, options)
    })
}
