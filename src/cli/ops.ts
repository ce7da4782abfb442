import type { Command } from 'commander'

export function addOpsCommand(program: Command): void {
  program
    .command('ops [words...]')
    .usage('[name | words...] [options]')
    .description('list the operators, find some by words, or show one with its parameters')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
  pawl ops                      all operators
  pawl ops text_length_filter   one, with parameters, statistics and an example
  pawl ops duplicate            those whose name or summary holds a word`,
    )
    .action(async (words: readonly string[], options: { json?: boolean }) => {
      const { showOperators } = await import('./show-operators.js')
      await showOperators(words, options)
    })
}
