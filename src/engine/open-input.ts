import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import { listDataset } from '../execution/coordinator/dataset/open-dataset.js'
import type { ExportSettings } from '../execution/coordinator/export/export-form.js'
import type { InputListing } from '../io/list-inputs.js'
import { exportSettings } from './export-settings.js'
import { refuseOverlap } from './refuse-overlap.js'
import { refuseUnwritable } from './refuse-unwritable.js'

/**
 * Reads off a recipe what goes in and what comes out, and refuses what contradicts itself. Makes no file.
 *
 * @throws {RecipeError} where input and output contradict each other
 * @throws {InputError} where the input cannot be listed
 */
export async function openInput(recipe: Recipe): Promise<{ settings: ExportSettings; listing: InputListing }> {
  if (recipe.conflict !== undefined) throw RecipeError.of(recipe.conflict)
  const settings = exportSettings(recipe)
  const listing = await listDataset(recipe)
  const paths = listing.files.map(({ path }) => path)
  refuseOverlap(recipe, settings.target, paths)
  refuseUnwritable(recipe, settings.target)
  return { settings, listing }
}
