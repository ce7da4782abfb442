import type { JobEvent } from '../core/events.js'
import type { StopSignal } from '../core/stop-signal.js'
import type { JobPlaceOptions } from '../jobs/find-job.js'
import { theJob } from '../jobs/find-job.js'
import { JobObserver, type JobView } from '../jobs/job-view.js'
import { isRunning, type ListOptions, listJobs } from '../jobs/list-jobs.js'
import { type EventQuery, type ReadEvent, readEvents } from '../jobs/read-events.js'
import { type StopOptions, type StopReport, stopProcesses } from '../jobs/stop-job.js'
import { watchUntilEnd } from '../jobs/watch-job.js'
import { JobDirectory } from '../state/job-directory.js'
import type { JobSummary } from '../state/job-summary.js'
import { readSummary } from '../state/job-summary.js'

/**
 * Looks how far a job is, from any process or host that shares its folder. Reads a few kilobytes, however many
 * partitions the job has, and changes nothing.
 *
 * @param job its id, or its folder
 * @param options where to look for it
 * @throws {UsageError} where there is no such job, or there are several
 * @example
 * import { runRecipe, showJobProgress } from 'pawl'
 *
 * await runRecipe({ dataset_path: 'data.jsonl', export_path: 'out/result.jsonl', job_id: 'exp1', work_dir: 'out' })
 * const { state, share, partitionsDone, partitionsTotal } = showJobProgress('exp1', { workDir: 'out' })
 * console.log(state, share, `${partitionsDone} of ${partitionsTotal}`)
 */
export function showJobProgress(job: string, options: JobPlaceOptions = {}): JobView {
  return new JobObserver().look(theJob(job, options))
}

/**
 * Stops a job in order, whichever process or host runs it: what is committed stays, and it can be resumed. Asks through
 * the job's folder, and by a signal where the process heeds one and is on this host.
 *
 * @param job its id, or its folder
 * @param options how long to wait, which of several processes, and whether to end them at once
 * @throws {UsageError} where there is no such job, or this user may not ask
 * @example
 * import { runRecipe, stopJob } from 'pawl'
 *
 * await runRecipe({ dataset_path: 'data.jsonl', export_path: 'out/result.jsonl', job_id: 'exp1', work_dir: 'out' })
 * const { processes, resumeCommand } = await stopJob('exp1', { workDir: 'out', timeoutMs: 30_000 })
 * for (const { pid, outcome } of processes) console.log(pid, outcome)
 * console.log(resumeCommand)
 */
export function stopJob(job: string, options: StopOptions & JobPlaceOptions = {}): Promise<StopReport> {
  return stopProcesses(theJob(job, options), options)
}

/**
 * Lists the jobs that run, in the work dirs that this user ran jobs in or in those that are given.
 *
 * @param options which work dirs
 * @example
 * import { listRunningJobs } from 'pawl'
 *
 * for (const { jobId, host, pid, share } of listRunningJobs()) console.log(jobId, `${pid} on ${host}`, share)
 */
export function listRunningJobs(options: ListOptions = {}): JobView[] {
  return listJobs(options).filter(isRunning)
}

/**
 * Follows a job: gives a look at it whenever something changed, the last one when it has ended.
 *
 * @param job its id, or its folder
 * @param signal ends the following, not the job
 * @param options where to look for it, and how often
 * @throws {UsageError} where there is no such job, or there are several
 * @example
 * import { runRecipe, watchJob } from 'pawl'
 *
 * await runRecipe({ dataset_path: 'data.jsonl', export_path: 'out/result.jsonl', job_id: 'exp1', work_dir: 'out' })
 * for await (const { state, share } of watchJob('exp1', undefined, { workDir: 'out' })) console.log(state, share)
 */
export function watchJob(
  job: string,
  signal?: StopSignal,
  options: JobPlaceOptions & {
    /** Milliseconds between two looks. Default: 1,000. */ readonly intervalMs?: number
  } = {},
): AsyncGenerator<JobView> {
  return watchUntilEnd(theJob(job, options), {
    signal: signal as AbortSignal | undefined,
    intervalMs: options.intervalMs ?? 1_000,
  })
}

/** Reads what a job wrote about itself, whatever state it is in. */
export class JobUtils {
  /** The folder of the job. */
  readonly jobDir: string

  /**
   * @param job its id, or its folder
   * @param options where to look for it
   * @throws {UsageError} where there is no such job, or there are several
   */
  constructor(job: string, options: JobPlaceOptions = {}) {
    this.jobDir = theJob(job, options)
  }

  /** `job_summary.json`; undefined where there is none yet, or it was cut short. */
  loadJobSummary(): JobSummary | undefined {
    return readSummary(new JobDirectory(this.jobDir).summary)
  }

  /** The events that a query matches, all in memory; damaged lines are passed over. */
  async loadEventLogs(query: Omit<EventQuery, 'follow'> = {}): Promise<JobEvent[]> {
    const events: JobEvent[] = []
    for await (const { event } of readEvents(this.jobDir, query)) events.push(event)
    return events
  }

  /** The events that a query matches one after another, in bounded memory; each with what goes on behind it (`after`). */
  events(query: EventQuery = {}): AsyncGenerator<ReadEvent> {
    return readEvents(this.jobDir, query)
  }

  /** How far the job is. */
  progress(): JobView {
    return new JobObserver().look(this.jobDir)
  }
}
