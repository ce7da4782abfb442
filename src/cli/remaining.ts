import type { Command } from 'commander'

export interface RemainingCommandOptions {
  readonly match: string
  readonly complete: string
  readonly ext?: readonly string[]
  readonly flat?: boolean
  readonly checkpoint_path?: string
  readonly json?: boolean
  readonly '0'?: boolean
}

export function addRemainingCommand(program: Command): void {
  program
    .command('remaining')
    .description('list the files of a folder that have no complete output in another')
    .argument('<input>', 'a folder of files')
    .argument('<output>', 'the folder that results go to')
    .option('--match <how>', 'relative: by path without suffixes; stem: by name without suffixes', 'relative')
    .option(
      '--complete <when>',
      'an output counts where it is non-empty, exists, or is valid (all of it can be read)',
      'non-empty',
    )
    .option('--ext <suffixes...>', 'take only input files with these suffixes, such as jsonl or jsonl.gz')
    .option('--flat', 'do not look into folders in the folder')
    .option(
      '--checkpoint_path <dir>',
      'state of the pipeline that wrote the output: what is complete there counts also where it is empty',
    )
    .option('--json', 'print one JSON array')
    .option('-0', 'end each path with a NUL, for xargs -0')
    .addHelpText(
      'after',
      `
Examples:
  pawl remaining in/ out/ -0 | xargs -0 -n 16 process.sh
  pawl remaining in/ out/ --ext jsonl.gz --complete valid`,
    )
    .action(async (input: string, output: string, options: RemainingCommandOptions) => {
      const { showRemaining } = await import('./show-remaining.js')
      await showRemaining(input, output, options)
    })
}
