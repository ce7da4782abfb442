import type { Recipe } from '../config/recipe.js'
import { describeChanges } from '../planning/explain.js'
import type { JobDirectory } from '../state/job-directory.js'
import { jobFormat } from '../state/job-format.js'
import { canonicalJson, fingerprintOf } from '../util/hash.js'
import { datasetsOf } from './choose-job.js'
import { exportSettings } from './export-settings.js'
import { factsOf, readRecordedRecipe } from './job-facts.js'

/** What all processes on a job have to agree on, as one fingerprint: all of the recipe that changes results, the engine, and what it stands on. */
export function epochKey(recipe: Recipe, { roots }: JobDirectory): string {
  const { icu, unicode, zlib } = process.versions
  const { overwrite: _, ...form } = exportSettings(recipe)
  return fingerprintOf(
    'epoch',
    canonicalJson(roots.allRecorded(factsOf(recipe))),
    canonicalJson(roots.allRecorded(form)),
    ...roots.allRecorded(datasetsOf(recipe.datasets)).sort(),
    ...(recipe.operators.some(({ readsFiles }) => readsFiles) ? [roots.recorded(recipe.mediaDir)] : []),
    canonicalJson({ jobFormat, icu, unicode, zlib }),
  )
}

/** What of a recipe differs from the one that the processes on a job run. */
export function describeDifference(recipe: Recipe, directory: JobDirectory): string {
  const record = readRecordedRecipe(directory)
  if (record === undefined) return 'what it runs with is not on record yet'
  const changes = describeChanges(record.facts, factsOf(recipe))
  const datasets = datasetsOf(recipe.datasets)
  if (datasets.join() !== record.datasets.join())
    changes.push(`dataset_path changed ${record.datasets.join(', ')} → ${datasets.join(', ')}`)
  const { target } = exportSettings(recipe)
  if (target !== record.target) changes.push(`export_path changed ${record.target} → ${target}`)
  return changes.length > 0 ? changes.join('; ') : 'versions of Node or its libraries differ'
}
