import type { JobSpec } from '../core/work-unit.js'
import type { JobDirectory } from '../state/job-directory.js'
import { bundlePath, type OpenRecipe } from './open-recipe.js'

const megabyte = 1_000_000
/** Input that goes through a segment's operators at once: small enough to stay in a core's cache. */
const batchBytes = 1 << 20

/** What of a job its workers are told. */
export function specOf({ recipe, bundles }: OpenRecipe, directory: JobDirectory, writer: string): JobSpec {
  const { format, compression } = recipe.intermediate_storage
  return {
    writer,
    jobId: recipe.jobId,
    jobDir: directory.path,
    checkpointDir: recipe.checkpoint_dir,
    partitionDir: recipe.partition_dir,
    operators: recipe.operators,
    customModules: bundles.map(bundle => bundlePath(directory.metadata, bundle)),
    textKeys: recipe.text_keys,
    mediaDir: recipe.mediaDir,
    seed: recipe.seed,
    onError: recipe.on_error,
    maxSampleBytes: Math.round(recipe.max_sample_mb * megabyte),
    batchBytes,
    storage: { format, compression },
    keepHashes: recipe.keep_hashes_in_res_ds,
    nan: recipe.nan,
  }
}
