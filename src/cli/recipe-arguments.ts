import type { Command } from 'commander'
import { UsageError } from '../core/usage-error.js'

export interface RecipeOptions {
  readonly config?: string
}

/** A recipe and what wins over it, as they stand on the command line. */
export interface RecipeArguments {
  readonly file: string | undefined
  /** Overrides in the form that `openRecipe` takes. */
  readonly settings: readonly string[]
}

/** The argument and options that name a recipe and override it, shared by the commands that take one. */
export function addRecipeOptions(command: Command): Command {
  return command
    .usage('[recipe.yaml] [options]')
    .option('-c, --config <file>', 'the recipe, if not given as an argument')
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText(
      'after',
      `
Any key of a recipe can be given as an option, and wins over the file:
  --job_id exp1  --np 4  --partition.mode manual
  --checkpoint.strategy every_op  --intermediate_storage.format jsonl
  --text_keys content  --dataset_path '[a.jsonl, b.jsonl]'
and any parameter of an operator that the recipe uses:
  --text_length_filter.min_len 20
  --text_length_filter[1].min_len 20     (of several, the second)
\`pawl schema\` prints all keys with their meaning.`,
    )
}

/**
 * Tells the recipe from the overrides around it: it is the one argument that is no option and no option's value.
 *
 * @throws {UsageError} where there are several, or none and nothing else either
 */
export async function readRecipeArguments(command: Command): Promise<RecipeArguments> {
  const { config } = command.opts<RecipeOptions>()
  const { args } = command
  const name = command.name()
  const settings: string[] = []
  const files: string[] = config === undefined ? [] : [config]
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]
    if (!isOverride(arg)) {
      if (arg.startsWith('-') && arg !== '-') settings.push(arg)
      else files.push(arg)
      continue
    }
    settings.push(arg)
    const next = args[index + 1]
    if (!arg.includes('=') && next !== undefined && !isOverride(next)) settings.push(args[++index])
  }
  if (files.length > 1)
    throw new UsageError(
      `Unexpected argument "${files[1]}": pawl ${name} takes one recipe, here ${files[0]}; options are --key value, such as --np 4`,
    )
  if (files.length === 0 && settings.length === 0)
    throw new UsageError(
      `pawl ${name} needs a recipe: pawl ${name} --config recipe.yaml, or just pawl ${name} recipe.yaml`,
    )
  await refuseMisspelt(command, settings)
  return { file: files[0], settings }
}

/** An option of the command that is misspelt would be taken for a key of the recipe that there is not. */
async function refuseMisspelt(command: Command, settings: readonly string[]): Promise<void> {
  const names = settings.filter(isOverride).map(setting => setting.slice(2).replace(/=.*/, ''))
  if (names.length === 0) return
  const { recipeKeys } = await import('../config/load-recipe.js')
  const { nearestName } = await import('../util/nearest.js')
  const options = command.options.flatMap(({ long }) => long?.slice(2) ?? [])
  for (const name of names) {
    if (name.includes('.') || recipeKeys.includes(name)) continue
    const nearest = nearestName(name, [...options, ...recipeKeys])
    if (nearest !== undefined && options.includes(nearest))
      throw new UsageError(`there is no option --${name}; did you mean --${nearest}?`)
  }
}

function isOverride(arg: string): boolean {
  return /^--[A-Za-z_]/.test(arg)
}
