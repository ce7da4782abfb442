import { join } from 'node:path'
import { loadRecipe } from '../config/load-recipe.js'
import { parseOverrides } from '../config/overrides.js'
import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import type { RecipeInput } from '../config/recipe-types.js'
import type { OperatorCatalog, OperatorDefinition } from '../core/operator.js'
import { createCatalog } from '../ops/catalog.js'
import { bundleCustomModules, bundleName, type CustomBundle } from '../ops/custom/bundle-custom.js'
import { loadCustomCode } from '../ops/custom/load-custom.js'
import { chooseJob } from './choose-job.js'

/** A validated recipe with the operators it may use. */
export interface OpenRecipe {
  readonly recipe: Recipe
  readonly catalog: OperatorCatalog
  readonly bundles: readonly CustomBundle[]
}

/** A recipe in any form that functions take: the path of a file, an object, or one that is open already. */
export type RecipeSource = string | RecipeInput | OpenRecipe

/**
 * Loads and validates a recipe. Makes no file. What is given as an object is held to the same rules as a file, and
 * relative paths in it start at the working directory.
 *
 * @param source path of a recipe, or a recipe as an object
 * @param settings what wins over it, in the form of the command line: `['--np', '4']`
 * @throws {RecipeError} with everything that is wrong
 * @example
 * import { openRecipe } from 'pawl'
 *
 * const { recipe } = await openRecipe({ dataset_path: 'data.jsonl', process: ['clean_links_mapper'] }, ['--np', '2'])
 * console.log(recipe.np, recipe.operators[0].name) // 2 clean_links_mapper
 */
export async function openRecipe(
  source: string | RecipeInput | undefined,
  settings: readonly string[] = [],
): Promise<OpenRecipe> {
  const open = await load(source, settings)
  const { recipe } = open
  if (recipe.isJobIdGiven || recipe.new_job) return open
  const { jobId, conflict } = chooseJob(recipe)
  if (jobId === recipe.jobId) return { ...open, recipe: { ...recipe, conflict } }
  const { recipe: renamed } = await load(source, [...settings, '--job_id', jobId])
  return { ...open, recipe: { ...renamed, isJobIdGiven: false, origin: recipe.origin, given: recipe.given, conflict } }
}

async function load(source: string | RecipeInput | undefined, settings: readonly string[]): Promise<OpenRecipe> {
  let opened = await openCatalog([])
  const recipe = await loadRecipe({
    source: (source ?? {}) as string | Readonly<Record<string, unknown>>,
    overrides: parseOverrides(settings),
    now: new Date(),
    openCatalog: async paths => {
      opened = await openCatalog(paths)
      return opened.catalog
    },
  })
  return { recipe, ...opened }
}

/**
 * The shipped operators, and those of modules.
 *
 * @throws {RecipeError} where a module cannot be bundled or holds no operator
 */
export async function openCatalog(customPaths: readonly string[]): Promise<Omit<OpenRecipe, 'recipe'>> {
  if (customPaths.length === 0) return { catalog: createCatalog(), bundles: [] }
  const bundles = await bundleAll(customPaths)
  return { catalog: createCatalog(await loadAll(bundles)), bundles }
}

async function bundleAll(paths: readonly string[]): Promise<CustomBundle[]> {
  try {
    return await bundleCustomModules(paths)
  } catch (error) {
    throw RecipeError.of((error as Error).message)
  }
}

/** The operators of a user's modules; their versions follow their code, and whether they use the seed is not known. */
async function loadAll(bundles: readonly CustomBundle[]): Promise<OperatorDefinition[]> {
  const definitions: OperatorDefinition[] = []
  const shipped = createCatalog()
  for (const { path, code, identity } of bundles) {
    try {
      for (const definition of await loadCustomCode(path, code)) {
        const { name } = definition
        const isTaken = shipped.has(name) || definitions.some(other => other.name === name)
        if (isTaken)
          throw new Error(`there is an operator named ${name} already: a name means one operator, so choose another`)
        definitions.push({ ...definition, version: `${definition.version}+${identity}`, usesSeed: true })
      }
    } catch (error) {
      throw RecipeError.of(`custom_operator_paths: ${path}: ${(error as Error).message}`)
    }
  }
  return definitions
}

/** The recipe that is open already, or one that is opened now. */
export async function openSource(source: RecipeSource): Promise<OpenRecipe> {
  return isOpen(source) ? source : await openRecipe(source)
}

export function isOpen(source: RecipeSource): source is OpenRecipe {
  return typeof source === 'object' && 'recipe' in source && 'catalog' in source
}

/** Where a job keeps the bundle of a user's module, for its workers. */
export function bundlePath(metadataDir: string, bundle: CustomBundle): string {
  return join(metadataDir, 'operators', bundleName(bundle))
}
