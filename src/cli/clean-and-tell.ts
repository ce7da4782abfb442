import { resolve } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import { cleanJob } from '../inspect/clean-job.js'
import { findJob } from '../jobs/find-job.js'
import { JobObserver, type JobView } from '../jobs/job-view.js'
import { isRunning, listJobs } from '../jobs/list-jobs.js'
import { formatBytes, parseDuration, plural } from '../util/format.js'
import type { CleanCommandOptions } from './checkpoint.js'

/** Removes the checkpoints of one job, or of all that ended long ago, and says how much that frees. */
export async function cleanAndTell(job: string | undefined, options: CleanCommandOptions): Promise<void> {
  const { dryRun: isDryRun = false, incomplete = false, assume_dead: assumesDead = false } = options
  if ((job === undefined) === (options.olderThan === undefined))
    throw new UsageError('name a job, or give an age: pawl clean --older-than 30d')
  const views = job === undefined ? endedLongAgo(options) : [new JobObserver().look(findJob(job, options.work_dir))]
  let bytes = 0
  for (const view of views) {
    const cleaned = await cleanJob(view, { isDryRun, isForced: incomplete, assumesDead })
    bytes += cleaned.bytes
    const what = `${plural(cleaned.files, 'file')}, ${formatBytes(cleaned.bytes)}`
    process.stdout.write(`${view.jobDir}: ${isDryRun ? `would free ${what}` : `freed ${what}`}\n`)
  }
  if (job === undefined)
    process.stdout.write(
      `${plural(views.length, 'job')}, ${formatBytes(bytes)} ${isDryRun ? 'would be freed' : 'freed'}\n`,
    )
}

function endedLongAgo({ olderThan = '', work_dir, incomplete }: CleanCommandOptions): JobView[] {
  const age = parseDuration(olderThan)
  if (age === undefined) throw new UsageError(`--older-than ${olderThan}: give an age such as 12h or 30d`)
  return listJobs({ workDirs: work_dir === undefined ? undefined : [resolve(work_dir)] }).filter(
    view => !isRunning(view) && (view.state === 'completed' || incomplete === true) && endedMsAgo(view) >= age,
  )
}

function endedMsAgo({ ageMs, summary }: JobView): number {
  return ageMs ?? Date.now() - Date.parse(summary?.end_time ?? summary?.start_time ?? new Date().toISOString())
}
