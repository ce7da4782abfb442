import { problemAt, type Sources } from './problems.js'
import type { RecipeProblem } from './recipe-error.js'
import type { RecipeValues } from './recipe-schema.js'

const pathKeys = [
  'dataset_path',
  'export_path',
  'work_dir',
  'checkpoint_dir',
  'partition_dir',
  'event_log_dir',
] as const satisfies readonly (keyof RecipeValues)[]

/** Paths that no system call takes, as they hold the character that ends a path. */
export function refuseNul(values: RecipeValues, sources: Sources): RecipeProblem[] {
  const paths = pathKeys.flatMap(key => [values[key] ?? []].flat().map(path => ({ at: [key] as const, path })))
  const datasets = (values.dataset?.configs ?? []).map(({ path }, index) => ({
    at: ['dataset', 'configs', index, 'path'] as const,
    path,
  }))
  return [...paths, ...datasets]
    .filter(({ path }) => path.includes('\0'))
    .map(({ at, path }) => {
      const message = `${at[0]} ${JSON.stringify(path)} holds a NUL character, which no path can: remove it`
      return problemAt([...at], message, sources)
    })
}
