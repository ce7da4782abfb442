import type { OperatorUse } from '../core/work-unit.js'
import type { JobPlaces } from './job-places.js'
import type { RecipeValues } from './recipe-schema.js'
import type { SkippedOperator } from './skip-absent.js'

/** A dataset that a recipe names: text as in `dataset_path`, which may hold several paths with weights, or a path with the share of its samples that is wanted. */
export type DatasetPath =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly path: string; readonly weight: number | undefined }

/** Where a recipe comes from: its file, and a digest of what that holds. */
export interface RecipeOrigin {
  readonly file?: string
  readonly content: string
}

/** A recipe after validation: nothing in it is misspelt, and every operator has all its parameters. */
export interface Recipe
  extends Omit<RecipeValues, 'process' | 'dataset' | 'dataset_path' | 'job_id' | 'work_dir' | keyof JobPlaces>,
    JobPlaces {
  /** Absolute path of the recipe file; undefined where all settings came from elsewhere. */
  readonly file: string | undefined
  readonly origin: RecipeOrigin
  readonly datasets: readonly DatasetPath[]
  readonly operators: readonly OperatorUse[]
  /** The folder that relative paths in samples start at. */
  readonly mediaDir: string
  readonly jobId: string
  /** Why the job may not be run, where its export path is that of another recipe's job. */
  readonly conflict?: string
  /** False where the id followed from the export path, or from the time. */
  readonly isJobIdGiven: boolean
  readonly warnings: readonly string[]
  /** Operators that `skip_unsupported` left out. */
  readonly skipped: readonly SkippedOperator[]
  /** The values as they were given, with overrides applied, for the job's own copy. */
  readonly given: Readonly<Record<string, unknown>>
}
