import type { Command } from 'commander'
import { addRecipeOptions, type RecipeOptions, readRecipeArguments } from './recipe-arguments.js'
import { addHandOptions, addShowOptions, type ShowOptions } from './show-options.js'

/** Starts a worker while the rest is still loaded. */
export async function prepare(): Promise<void> {
  const { prepareWorker } = await import('../execution/local/spare-worker.js')
  prepareWorker()
}

interface RunCommandOptions extends RecipeOptions, ShowOptions {
  readonly dryRun?: boolean
}

export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .description('run a recipe; a job that exists is gone on with')
    .option('-n, --dry-run', 'only show what would be done, as pawl plan does')
  addHandOptions(addShowOptions(addRecipeOptions(command))).action(
    async (options: RunCommandOptions, command: Command) => {
      const { file, settings } = await readRecipeArguments(command)
      if (!options.dryRun) await prepare()
      const { openRecipe } = await import('../engine/open-recipe.js')
      if (options.dryRun) {
        const { showPlan } = await import('./show-plan.js')
        await showPlan(await openRecipe(file, settings), options)
        return
      }
      const { runAndShow } = await import('./run-and-show.js')
      await runAndShow(await openRecipe(file, settings), options)
    },
  )
}
