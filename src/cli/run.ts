import type { Command } from 'commander'
import { UsageError } from '../core/usage-error.js'
import { openRecipe } from '../engine/open-recipe.js'
import { runAndShow, type ShowOptions } from './run-and-show.js'

export interface RecipeOptions {
  readonly config?: string
}

/** The options that name a recipe and override it, shared by the commands that take one. */
export function addRecipeOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the recipe')
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText(
      'after',
      `
Any key of a recipe can be given as an option, and wins over the file:
  --job_id exp1  --np 4  --partition.mode manual --partition.num_of_partitions 4
  --checkpoint.strategy every_op  --intermediate_storage.format jsonl
  --text_keys content  --dataset_path '[a.jsonl, b.jsonl]'
and any parameter of an operator that the recipe uses:
  --text_length_filter.min_len 20       --text_length_filter[1].min_len 20 (the second of several)
\`pawl schema\` prints all keys with their meaning.`,
    )
}

export function addShowOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'print nothing but errors')
    .option('--json', 'print the result as one JSON object')
}

export function addRunCommand(program: Command): void {
  const command = program.command('run').description('run a recipe; a job that exists is resumed')
  addShowOptions(addRecipeOptions(command)).action(async (options: RecipeOptions & ShowOptions, { args }: Command) => {
    if (options.config === undefined && args.length === 0)
      throw new UsageError('pawl run needs a recipe: pawl run --config recipe.yaml')
    await runAndShow(await openRecipe(options.config, args), options)
  })
}
