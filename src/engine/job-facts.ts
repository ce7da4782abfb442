import { keyEffects, type RecipeKey } from '../config/key-effects.js'
import type { Recipe, RecipeOrigin } from '../config/recipe.js'
import type { DatasetCut } from '../core/partition.js'
import type { PointRecord } from '../core/records.js'
import { type Books, latestPoint, type PartitionState } from '../execution/coordinator/scheduler/partition-state.js'
import type { JobFacts, PartitionReach } from '../planning/explain.js'
import { JobDirectory } from '../state/job-directory.js'
import { Roots } from '../util/roots.js'
import type { TallyStart } from './job-tally.js'
import { version } from './version.js'

/** What of a recipe the next run is compared with: every key that changes anything but how the work is run. */
export function factsOf(recipe: Recipe): JobFacts {
  const compared = (Object.keys(keyEffects) as RecipeKey[]).filter(isSetting)
  return {
    version,
    // Paths are compared as they are on this host.
    operators: recipe.operators.map(({ recordedParams: _, ...operator }) => operator),
    partition: Object.fromEntries(Object.entries(recipe.partition).map(([key, value]) => [`partition.${key}`, value])),
    storage: Object.fromEntries(compared.map(key => [key, valueAt(recipe, key)])),
    textKeys: recipe.text_keys,
    seed: recipe.seed,
  }
}

/** The cut, the operators and what they draw from are told of by themselves. */
function isSetting(key: RecipeKey): boolean {
  const effect = keyEffects[key]
  if (effect.kind === 'samples') return effect.from === 'reader' || effect.from === 'barriers'
  return effect.kind !== 'nothing'
}

function valueAt(recipe: Recipe, key: RecipeKey): unknown {
  let value: unknown = recipe
  for (const part of key.split('.')) value = (value as Record<string, unknown>)[part]
  return value
}

/** `metadata/recipe.json`: the recipe as it was run last, for comparison and for `pawl resume`. */
export interface RecordedRecipe {
  readonly facts: JobFacts
  readonly given: unknown
  readonly cwd: string
  readonly origin: RecipeOrigin
  /** What it reads, in the form of `datasetsOf`. */
  readonly datasets: readonly string[]
  /** Where its export goes. */
  readonly target: string
  /** Where the job was; jobs that an earlier version ran do not have it. */
  readonly jobDir?: string
}

/** What the last run was, where that is on record and undamaged. */
export function readRecordedRecipe(directory: JobDirectory): RecordedRecipe | undefined {
  const found = directory.read<RecordedRecipe>(directory.recipe)
  return found.kind === 'read' ? found.content : undefined
}

/** The directory of a recipe's job, with the roots that the recipe names. */
export function directoryOf({ jobDir, roots }: Recipe): JobDirectory {
  return new JobDirectory(jobDir, Roots.named(roots))
}

/** How far the committed points of each partition reach. */
export function reachesOf(books: Books, states: readonly PartitionState[]): PartitionReach[] {
  const { plan } = books
  return states.map(state => {
    const point = furthestPoint(books, state)
    return { done: point?.opsDone, isFinished: point?.opsDone === plan.operators.length }
  })
}

/** What a progress meter starts from. */
export function tallyStart(
  books: Books,
  states: readonly PartitionState[],
  { partitions, partitionBytes }: DatasetCut,
): TallyStart {
  return {
    plan: books.plan,
    partitions: partitions.map(({ key, kind, estimatedBytes }) => {
      const pieces = kind === 'pieces' ? Math.ceil(estimatedBytes / Math.max(1, partitionBytes)) : 1
      return { key, estimatedBytes, pieces }
    }),
    reached: states.map(state => {
      const point = furthestPoint(books, state)
      const quarantined = point?.quarantine.reduce((sum, { rows }) => sum + rows, 0) ?? 0
      return { key: state.key, done: point?.opsDone, rows: point?.file.rows ?? 0, counts: point?.counts, quarantined }
    }),
  }
}

/** The committed point of a partition that lies furthest on. */
export function furthestPoint(books: Books, state: PartitionState): PointRecord | undefined {
  for (const reach of [...books.plan.reaches].reverse()) {
    const point = latestPoint(books, state, reach)
    if (point !== undefined) return point
  }
  return undefined
}
