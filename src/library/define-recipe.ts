import type { RecipeInput } from '../config/recipe-types.js'

/**
 * Gives a recipe back as it is, typed: keys, operators and parameters complete in an editor, and a wrong one does not
 * compile. Whatever takes a recipe takes what this returns.
 *
 * @param recipe what a recipe file would hold
 * @example
 * import { defineRecipe } from 'pawl'
 *
 * export default defineRecipe({
 *   dataset_path: 'data.jsonl',
 *   export_path: 'out/result.jsonl',
 *   process: ['clean_links_mapper', { text_length_filter: { min_len: 100 } }, 'document_deduplicator'],
 * })
 */
export function defineRecipe<const Recipe extends RecipeInput>(recipe: Recipe): Recipe {
  return recipe
}
