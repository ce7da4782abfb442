import { jobsIn, knownJobs } from '../state/job-directory.js'
import { JobObserver, type JobView } from './job-view.js'

/** Which jobs to list. */
export interface ListOptions {
  /** Work dirs to look in; by default `./outputs` and those that this user ran jobs in. */
  readonly workDirs?: readonly string[]
  /** Leaves out jobs that ended longer ago, in milliseconds; by default none. */
  readonly endedWithinMs?: number
}

/** All jobs, those that run first, then the latest first. A folder that cannot be read is left out. */
export function listJobs({ workDirs, endedWithinMs }: ListOptions = {}): JobView[] {
  const observer = new JobObserver()
  const paths = workDirs === undefined ? knownJobs() : workDirs.flatMap(jobsIn)
  return [...new Set(paths)]
    .flatMap(path => lookIfAllowed(observer, path))
    .filter(job => isRunning(job) || endedWithinMs === undefined || endOf(job) >= Date.now() - endedWithinMs)
    .sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || endOf(b) - endOf(a))
}

export function isRunning({ state }: JobView): boolean {
  return state === 'running' || state === 'running?'
}

function lookIfAllowed(observer: JobObserver, path: string): JobView[] {
  try {
    return [observer.look(path)]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return []
  }
}

/** When a job last gave a sign, by the clocks of those who wrote it. */
function endOf({ ageMs, summary }: JobView): number {
  return ageMs === undefined ? Date.parse(summary?.end_time ?? summary?.start_time ?? '') || 0 : Date.now() - ageMs
}
