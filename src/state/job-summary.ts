import { readFileSync } from 'node:fs'
import { writeFileAtomically } from '../util/durable-file.js'

export type JobStatus = 'running' | 'completed' | 'failed' | 'stopped'

/** `job_summary.json`: what ran, how it ended, and the exact command that resumes it. Times are ISO 8601, durations seconds. */
export interface JobSummary {
  readonly job_id: string
  readonly project_name: string | null
  readonly status: JobStatus
  readonly start_time: string
  readonly end_time: string | null
  readonly duration: number | null
  readonly pid: number
  readonly host: string
  readonly pawl_version: string
  readonly executor_type: string
  readonly work_dir: string
  readonly job_dir: string
  readonly config_file: string | null
  readonly backed_up_config_path: string
  readonly resumption_command: string
  readonly event_log_file: string | null
  readonly event_log_dir: string
  readonly checkpoint_dir: string
  readonly partition_dir: string
  readonly metadata_dir: string
  readonly export_path: string
  readonly partitions_total: number | null
  readonly partitions_done: number | null
  readonly samples_in: number | null
  readonly samples_out: number | null
  readonly quarantined: number | null
  /** Operators of the recipe that the job runs without. */
  readonly skipped_operators: readonly string[]
  readonly input_bytes: number | null
  /** Of input, over the time on the wall of the last run. */
  readonly bytes_per_second: number | null
  readonly error_message: string | null
  /** The partitions that failed; all others are finished, or as far as a deduplicator lets them go. */
  readonly failed_partitions: readonly FailedPartition[]
  readonly stop_time: string | null
  readonly stop_reason: string | null
}

export interface FailedPartition {
  readonly partition: string
  readonly code: string
  readonly error_message: string
}

/** The summary on disk, rewritten as a whole whenever it changes. Like a log, it stops nothing where it cannot be written. */
export class SummaryFile {
  #hasFailed = false

  constructor(
    readonly path: string,
    public current: JobSummary,
    readonly settings: { readonly writer: string; readonly onFailure: (message: string) => void },
  ) {
    this.update({})
  }

  update(change: Partial<JobSummary>): void {
    this.current = { ...this.current, ...change }
    try {
      writeFileAtomically(this.path, `${JSON.stringify(this.current, null, 2)}\n`, this.settings.writer)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      if (!this.#hasFailed)
        this.settings.onFailure(
          `${this.path} cannot be written (${(error as Error).message}); the job goes on without it`,
        )
      this.#hasFailed = true
    }
  }
}

/**
 * Reads what a job left of itself: what ran, how it ended, and the command that goes on with it.
 *
 * @param path where `job_summary.json` is, in the folder of a job
 * @returns undefined where there is no such file, or it was cut short or edited into something else
 * @example
 * import { readSummary } from 'pawl'
 *
 * const summary = readSummary('out/exp1/job_summary.json')
 * console.log(summary === undefined ? 'never run' : `${summary.status}, go on with ${summary.resumption_command}`)
 */
export function readSummary(path: string): JobSummary | undefined {
  try {
    const summary = JSON.parse(readFileSync(path, 'utf8')) as JobSummary | null
    return typeof summary === 'object' && summary !== null && typeof summary.job_id === 'string' ? summary : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof SyntaxError || code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}
