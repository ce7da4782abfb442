import type { Command } from 'commander'
import { addRecipeOptions, type RecipeOptions, readRecipeArguments } from './recipe-arguments.js'

export function addPlanCommand(program: Command): void {
  const command = program
    .command('plan')
    .description('show what running a recipe would do, and why; makes no file')
    .option('--json', 'print it as JSON')
  addRecipeOptions(command).action(async (options: RecipeOptions & { json?: boolean }, command: Command) => {
    const { file, settings } = await readRecipeArguments(command)
    const { openRecipe } = await import('../engine/open-recipe.js')
    const { showPlan } = await import('./show-plan.js')
    await showPlan(await openRecipe(file, settings), options)
  })
}
