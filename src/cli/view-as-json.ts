import type { JobView } from '../jobs/job-view.js'

/** A job as machines read it: keys as in `job_summary.json`, times in milliseconds, sizes in bytes. */
export function viewAsJson(view: JobView): Record<string, unknown> {
  return {
    job_id: view.jobId,
    job_dir: view.jobDir,
    work_dir: view.workDir,
    state: view.state,
    share: view.share ?? null,
    partitions_done: view.partitionsDone,
    partitions_total: view.partitionsTotal,
    samples_in: view.samplesIn,
    kept: view.kept,
    quarantined: view.quarantined,
    bytes_per_second: view.bytesPerSecond,
    left_ms: view.leftMs ?? null,
    left_range_ms: view.leftRangeMs ?? null,
    last_beat_ms: view.ageMs === undefined ? null : Math.round(view.ageMs),
    host: view.host ?? null,
    pid: view.pid ?? null,
    message: view.message ?? null,
    export_path: view.exportPath ?? null,
    resume_command: view.resumeCommand,
    processes: view.processes.map(({ state, ageMs, status }) => ({
      ...status,
      state,
      last_beat_ms: Math.round(ageMs),
    })),
  }
}
