import { join } from 'node:path'
import type { Recipe } from '../config/recipe.js'
import type { JobSummary } from '../state/job-summary.js'
import { executorName } from './open-executor.js'
import { version } from './version.js'

export interface Beginning {
  readonly recipe: Recipe
  readonly started: Date
  readonly exportPath: string
  readonly eventLog: string | null
  readonly pid: number
  readonly host: string
  readonly partitions: number
}

/** The summary of a job that is just starting. */
export function firstSummary({ recipe, started, exportPath, eventLog, pid, host, partitions }: Beginning): JobSummary {
  const { jobDir, jobId } = recipe
  return {
    job_id: jobId,
    project_name: recipe.project_name,
    status: 'running',
    start_time: started.toISOString(),
    end_time: null,
    duration: null,
    pid,
    host,
    pawl_version: version,
    executor_type: executorName(recipe),
    work_dir: jobDir,
    job_dir: jobDir,
    config_file: recipe.file ?? null,
    backed_up_config_path: join(jobDir, 'metadata', 'recipe.yaml'),
    resumption_command: resumeCommandOf(jobDir),
    event_log_file: eventLog,
    event_log_dir: recipe.event_log_dir,
    checkpoint_dir: recipe.checkpoint_dir,
    partition_dir: recipe.partition_dir,
    metadata_dir: join(jobDir, 'metadata'),
    export_path: exportPath,
    partitions_total: partitions,
    partitions_done: 0,
    samples_in: null,
    samples_out: null,
    quarantined: null,
    skipped_operators: recipe.skipped.map(({ name }) => name),
    input_bytes: null,
    bytes_per_second: null,
    error_message: null,
    failed_partitions: [],
    stop_time: null,
    stop_reason: null,
  }
}

/** What goes on with a job, in a form that a shell takes. */
export function resumeCommandOf(jobDir: string): string {
  return `npx pawl resume ${quote(jobDir)}`
}

function quote(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
