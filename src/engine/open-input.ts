import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import type { InputFile } from '../core/partition.js'
import { listDataset } from '../execution/coordinator/dataset/open-dataset.js'
import type { ExportSettings } from '../execution/coordinator/export/export-form.js'
import type { InputListing } from '../io/list-inputs.js'
import { exportSettings } from './export-settings.js'
import { refuseOverlap } from './refuse-overlap.js'
import { refuseUnwritable } from './refuse-unwritable.js'

/**
 * Reads off a recipe what goes in and what comes out, and refuses what contradicts itself. Makes no file.
 *
 * @param known files as they were the last time: one that is as it was is not looked into again
 * @throws {RecipeError} where input and output contradict each other
 * @throws {InputError} where the input cannot be listed
 */
export async function openInput(
  recipe: Recipe,
  known?: readonly InputFile[],
): Promise<{ settings: ExportSettings; listing: InputListing }> {
  if (recipe.conflict !== undefined) throw RecipeError.of(recipe.conflict)
  const settings = exportSettings(recipe)
  const listing = await listDataset(recipe, known)
  refuseOverlap(recipe, settings.target, listing)
  refuseUnwritable(recipe, settings.target)
  return { settings, listing }
}
