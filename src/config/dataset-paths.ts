import { problemAt, type Sources } from './problems.js'
import type { DatasetPath } from './recipe.js'
import { RecipeError } from './recipe-error.js'
import type { RecipeValues } from './recipe-schema.js'

/**
 * The datasets of a recipe.
 *
 * @throws {RecipeError} where there is none, or two keys name them
 */
export function resolveDatasets(values: RecipeValues, sources: Sources): DatasetPath[] {
  const { dataset, dataset_path } = values
  if (dataset !== undefined && dataset_path !== undefined) {
    throw new RecipeError([
      problemAt(['dataset'], 'dataset and dataset_path both name the input: keep one of them', sources),
    ])
  }
  if (dataset !== undefined) return dataset.configs.map(({ path, weight }) => ({ kind: 'path', path, weight }))
  if (dataset_path === undefined || dataset_path.every(path => path.trim() === '')) {
    throw RecipeError.of('The recipe names no input: set dataset_path, such as "dataset_path: data.jsonl"')
  }
  return dataset_path.map(text => ({ kind: 'text', text }))
}
