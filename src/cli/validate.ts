import type { Command } from 'commander'
import { addRecipeOptions, type RecipeOptions, readRecipeArguments } from './recipe-arguments.js'

export function addValidateCommand(program: Command): void {
  const command = program.command('validate').description('check a recipe and its input; makes no file')
  addRecipeOptions(command).action(async (_: RecipeOptions, command: Command) => {
    const { file, settings } = await readRecipeArguments(command)
    const { openRecipe } = await import('../engine/open-recipe.js')
    const { openInput } = await import('../engine/open-input.js')
    const { plural } = await import('../util/format.js')
    const { recipe } = await openRecipe(file, settings)
    const { files } = (await openInput(recipe)).listing
    for (const warning of recipe.warnings) process.stderr.write(`warning: ${warning}\n`)
    process.stdout.write(`Valid: ${plural(recipe.operators.length, 'operator')} over ${plural(files.length, 'file')}\n`)
  })
}
