import type { Command } from 'commander'

export interface PortOptions {
  readonly output?: string
}

export function addPortCommand(program: Command): void {
  program
    .command('port <recipe>')
    .description('write the copy of a recipe that runs here, with a comment at each thing left out or renamed')
    .option('-o, --output <file>', 'where it goes, - for the terminal; by default recipe.pawl.yaml beside the recipe')
    .addHelpText(
      'after',
      `
For recipes of other versions of Data-Juicer and of its neighbours. The recipe
itself stays as it is, and so do its comments in the copy. To run one without
what is not here and without a copy:
  pawl run --config recipe.yaml --skip_unsupported`,
    )
    .action(async (file: string, options: PortOptions) => {
      const { writePorted } = await import('./write-ported.js')
      await writePorted(file, options)
    })
}
