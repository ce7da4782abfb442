import { resolve } from 'node:path'
import type { JobView } from '../jobs/job-view.js'
import { listJobs } from '../jobs/list-jobs.js'
import { formatDuration } from '../util/format.js'
import { alignColumns } from './align-columns.js'
import type { JobsOptions } from './jobs.js'
import { viewAsJson } from './view-as-json.js'

/** Prints the jobs that this user knows of, what runs first. */
export function showJobs({ work_dir, all, json }: JobsOptions): void {
  const jobs = listJobs({ workDirs: work_dir?.map(dir => resolve(dir)), endedWithinMs: all ? undefined : 86_400_000 })
  if (json) {
    for (const job of jobs) process.stdout.write(`${JSON.stringify(viewAsJson(job))}\n`)
    return
  }
  if (jobs.length === 0) {
    process.stdout.write('No jobs. Those that ended more than a day ago are listed with --all.\n')
    return
  }
  const rows = jobs.map(job => [
    job.jobId,
    job.state,
    job.share === undefined ? '' : `${Math.floor(job.share * 100)} %`,
    `${job.partitionsDone}/${job.partitionsTotal}`,
    ageText(job),
    job.host === undefined ? '' : `${job.host}:${job.pid}`,
    job.workDir,
  ])
  const head = ['job', 'state', 'done', 'partitions', 'last sign', 'host:pid', 'work dir']
  process.stdout.write(`${alignColumns([head, ...rows]).join('\n')}\n`)
}

/** How long ago a job last gave a sign, by this host's clock. */
export function ageText({ ageMs }: JobView): string {
  return ageMs === undefined ? '' : `${formatDuration(ageMs)} ago`
}
