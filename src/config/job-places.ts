import { basename, dirname, resolve } from 'node:path'
import { problemAt, type Sources } from './problems.js'
import { RecipeError } from './recipe-error.js'
import type { RecipeValues } from './recipe-schema.js'

/** Where a job works: absolute paths, placeholders filled in. */
export interface JobPlaces {
  /** The folder of the job: `{work_dir}/{job_id}`. */
  readonly jobDir: string
  readonly export_path: string
  readonly partition_dir: string
  readonly checkpoint_dir: string
  readonly event_log_dir: string
}

/**
 * Fills in `{work_dir}` and `{job_id}` and makes paths absolute, from the working directory.
 *
 * @throws {RecipeError} where a job id could leave the work dir, or a placeholder stands where it must not
 */
export function resolvePlaces(values: RecipeValues, jobId: string, sources: Sources): JobPlaces {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(jobId)) {
    const message = `job_id ${JSON.stringify(jobId)} names a folder: use letters, digits, ".", "_" and "-", starting with a letter or digit`
    throw new RecipeError([problemAt(['job_id'], message, sources)])
  }
  const fill = (path: string, workDir: string) =>
    resolve(path.replaceAll('{work_dir}', workDir).replaceAll('{job_id}', jobId))
  const given = values.work_dir ?? dirname(values.export_path.replaceAll('{work_dir}', '.'))
  if (given.includes('{job_id}') && !/\{job_id\}\/*$/.test(given)) {
    throw new RecipeError([
      problemAt(['work_dir'], `work_dir ${JSON.stringify(given)}: {job_id} must be the last part of it`, sources),
    ])
  }
  const filled = fill(given, '.')
  const jobDir = basename(filled) === jobId ? filled : resolve(filled, jobId)
  // Jobs that share a folder outside their own keep apart by their id.
  const own = (path: string | null, name: string) => {
    if (path === null) return resolve(jobDir, name)
    const full = fill(path, jobDir)
    return full.split('/').includes(jobId) ? full : resolve(full, jobId)
  }
  return {
    jobDir,
    export_path: fill(values.export_path, jobDir),
    partition_dir: own(values.partition_dir, 'partitions'),
    checkpoint_dir: own(values.checkpoint_dir, 'checkpoints'),
    event_log_dir: values.event_log_dir === null ? jobDir : own(values.event_log_dir, ''),
  }
}
