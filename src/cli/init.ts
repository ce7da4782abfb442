import type { Command } from 'commander'

export function addInitCommand(program: Command): void {
  program
    .command('init <data>')
    .description('write a short recipe with comments, from a look at the data')
    .option('-o, --output <file>', 'where it goes; - prints it', 'recipe.yaml')
    .addHelpText(
      'after',
      `
The data is a file, a folder or a pattern. Some of it is read: which fields
there are, in which languages the texts are and how long, so that the recipe
starts with bounds that fit.`,
    )
    .action(async (data: string, options: { output: string }) => {
      const { initRecipe } = await import('./init-recipe.js')
      await initRecipe(data, options)
    })
}
