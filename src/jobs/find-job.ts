import { UsageError } from '../core/usage-error.js'
import { findAllJobs, findJobs } from '../state/job-directory.js'
import { nearestName } from '../util/nearest.js'

/** Where to look for a job. */
export interface JobPlaceOptions {
  /** Its work dir; by default below `./outputs` and where this user ran jobs. */
  readonly workDir?: string
}

/** The folder of a job, by its id or that folder. */
export function theJob(job: string, { workDir }: JobPlaceOptions): string {
  return findJob(job, workDir)
}

/**
 * The folder of a job, by its id or that folder.
 *
 * @throws {UsageError} where there is none, or there are several
 */
export function findJob(job: string, workDir: string | undefined): string {
  const found = findJobs(job, workDir)
  if (found.length === 1) return found[0]
  if (found.length > 1)
    throw new UsageError(`several jobs are called ${job}: ${found.join(', ')}; give the folder of the one you mean`)
  const nearest = workDir === undefined ? nearestName(job, findAllJobs()) : undefined
  const remedy = nearest === undefined ? 'give its folder, or --work_dir' : `did you mean "${nearest}"?`
  const where = workDir === undefined ? 'under ./outputs or in a work dir of yours' : `in ${workDir}`
  throw new UsageError(`there is no job ${job} ${where}; ${remedy}`)
}
