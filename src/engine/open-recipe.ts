import { join } from 'node:path'
import { loadRecipe } from '../config/load-recipe.js'
import { parseOverrides } from '../config/overrides.js'
import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import type { OperatorCatalog, OperatorDefinition } from '../core/operator.js'
import { createCatalog } from '../ops/catalog.js'
import { bundleCustomModule, type CustomBundle } from '../ops/custom/bundle-custom.js'
import { loadCustomCode } from '../ops/custom/load-custom.js'

/** A validated recipe with the operators it may use. */
export interface OpenRecipe {
  readonly recipe: Recipe
  readonly catalog: OperatorCatalog
  readonly bundles: readonly CustomBundle[]
}

/**
 * Loads and validates a recipe: a file, and settings in the form of the command line (`--np 4`). Makes no file.
 *
 * @throws {RecipeError} with everything that is wrong
 */
export async function openRecipe(file: string | undefined, settings: readonly string[] = []): Promise<OpenRecipe> {
  let bundles: CustomBundle[] = []
  let catalog = createCatalog()
  const recipe = await loadRecipe({
    file,
    overrides: parseOverrides(settings),
    now: new Date(),
    openCatalog: async paths => {
      if (paths.length > 0) {
        bundles = await bundleAll(paths)
        catalog = createCatalog(await loadAll(bundles))
      }
      return catalog
    },
  })
  return { recipe, catalog, bundles }
}

async function bundleAll(paths: readonly string[]): Promise<CustomBundle[]> {
  try {
    return await Promise.all(paths.map(bundleCustomModule))
  } catch (error) {
    throw RecipeError.of((error as Error).message)
  }
}

/** The operators of a user's modules; their versions follow their code, and whether they use the seed is not known. */
async function loadAll(bundles: readonly CustomBundle[]): Promise<OperatorDefinition[]> {
  const definitions: OperatorDefinition[] = []
  for (const { path, code, identity } of bundles) {
    try {
      for (const definition of await loadCustomCode(path, code))
        definitions.push({ ...definition, version: `${definition.version}+${identity}`, usesSeed: true })
    } catch (error) {
      throw RecipeError.of(`custom_operator_paths: ${path}: ${(error as Error).message}`)
    }
  }
  return definitions
}

/** Where a job keeps the bundle of a user's module, for its workers. */
export function bundlePath(metadataDir: string, { identity }: CustomBundle): string {
  return join(metadataDir, 'operators', `${identity}.mjs`)
}
