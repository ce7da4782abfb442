import { existsSync, readFileSync } from 'node:fs'
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
  readonly input_bytes: number | null
  /** Of input, over the time on the wall of the last run. */
  readonly bytes_per_second: number | null
  readonly error_message: string | null
  readonly stop_time: string | null
  readonly stop_reason: string | null
}

/** The summary on disk, rewritten as a whole whenever it changes. */
export class SummaryFile {
  constructor(
    readonly path: string,
    public current: JobSummary,
  ) {
    this.update({})
  }

  update(change: Partial<JobSummary>): void {
    this.current = { ...this.current, ...change }
    writeFileAtomically(this.path, `${JSON.stringify(this.current, null, 2)}\n`)
  }
}

/**
 * Reads what a job left of itself: what ran, how it ended, and the command that goes on with it.
 *
 * @param path where `job_summary.json` is, in the folder of a job
 * @returns undefined where there is no such file
 * @example
 * import { readSummary } from 'pawl'
 *
 * const summary = readSummary('out/exp1/job_summary.json')
 * console.log(summary === undefined ? 'never run' : `${summary.status}, go on with ${summary.resumption_command}`)
 */
export function readSummary(path: string): JobSummary | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as JobSummary) : undefined
}
