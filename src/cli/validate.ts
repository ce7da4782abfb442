import type { Command } from 'commander'
import { openInput } from '../engine/open-input.js'
import { openRecipe } from '../engine/open-recipe.js'
import { plural } from '../util/format.js'
import { addRecipeOptions, type RecipeOptions } from './run.js'

export function addValidateCommand(program: Command): void {
  const command = program.command('validate').description('check a recipe and its input without doing anything')
  addRecipeOptions(command).action(async (options: RecipeOptions, { args }: Command) => {
    const { recipe } = await openRecipe(options.config, args)
    const { files } = (await openInput(recipe)).listing
    for (const warning of recipe.warnings) process.stderr.write(`warning: ${warning}\n`)
    process.stdout.write(`Valid: ${plural(recipe.operators.length, 'operator')} over ${plural(files.length, 'file')}\n`)
  })
}
