import { basename, dirname } from 'node:path'
import { JobDirectory } from '../state/job-directory.js'
import { type JobSummary, readSummary } from '../state/job-summary.js'
import { leaseTiming } from '../state/lease.js'
import { lookAtLease } from '../state/look-at-lease.js'
import { type ProcessStatus, readStatuses, type SeenStatus } from '../state/process-status.js'
import { belongsHere, hasEnded } from '../util/process-identity.js'
import { judgeJob, judgeProcess, type SeenState } from './judge-process.js'

/** One process of a job, as it is seen from here. */
export interface ProcessView {
  readonly state: SeenState
  /** Since its last sign, by this host's clock. */
  readonly ageMs: number
  readonly status: ProcessStatus
}

/** A job as it is seen from here. Times in milliseconds, sizes in bytes. */
export interface JobView {
  /** Its id. */
  readonly jobId: string
  /** Its folder. */
  readonly jobDir: string
  /** The folder that it is in. */
  readonly workDir: string
  /** How it stands, as far as can be told from here. */
  readonly state: SeenState
  /** Share that is done, from 0 to 1; undefined where nothing says so. */
  readonly share: number | undefined
  /** Partitions that have come as far as all must come before the next decision, or to the end. */
  readonly partitionsDone: number
  /** All partitions; 0 while the input is listed. */
  readonly partitionsTotal: number
  /** Records of the input that were read. */
  readonly samplesIn: number
  /** Samples that are left of them. */
  readonly kept: number
  /** Records and samples that were set aside. */
  readonly quarantined: number
  /** Of all processes that run. */
  readonly bytesPerSecond: number
  /** What is left; undefined where nothing can be told, and once it ended. */
  readonly leftMs: number | undefined
  /** The same at the fastest and at the slowest speed seen lately. */
  readonly leftRangeMs: readonly [number, number] | undefined
  /** Since the last sign of any process, by this host's clock; undefined where there never was one. */
  readonly ageMs: number | undefined
  /** Host of the process that was heard of last. */
  readonly host: string | undefined
  /** Its number. */
  readonly pid: number | undefined
  /** Why it failed or was stopped. */
  readonly message: string | undefined
  /** The command that goes on with the job. */
  readonly resumeCommand: string
  /** Where the result goes. */
  readonly exportPath: string | undefined
  /** The latest first; those of earlier runs only say how they ended. */
  readonly processes: readonly ProcessView[]
  /** What `job_summary.json` says. */
  readonly summary: JobSummary | undefined
}

/** Looks at jobs again and again, and so learns which processes of other hosts live. Changes nothing on the disk. */
export class JobObserver {
  readonly #beats = new Map<string, { beat: number; sinceMs: number; sawBeat: boolean }>()

  constructor(readonly expiryMs = leaseTiming.expiryMs) {}

  /** Reads what the processes of a job say of themselves: as much for ten partitions as for a hundred thousand. */
  look(jobDir: string): JobView {
    const directory = new JobDirectory(jobDir)
    const processes = readStatuses(directory.status).map(seen => this.#judge(seen))
    const summary = readSummary(directory.summary)
    const state = judgeJob(processes.map(process => process.state)) ?? stateWithoutStatus(directory, summary)
    const lead = processes.find(process => process.state === state) ?? processes[0]
    const running = processes.filter(process => process.state === 'running' || process.state === 'running?')
    const { status } = lead ?? {}
    const isOver = running.length === 0
    return {
      jobId: status?.job_id ?? summary?.job_id ?? basename(jobDir),
      ...{ jobDir, workDir: dirname(jobDir), state },
      share: status?.share ?? shareOf(summary),
      partitionsDone: status?.partitions_done ?? summary?.partitions_done ?? 0,
      partitionsTotal: status?.partitions_total ?? summary?.partitions_total ?? 0,
      samplesIn: status?.samples_in ?? summary?.samples_in ?? 0,
      kept: status?.kept ?? summary?.samples_out ?? 0,
      quarantined: status?.quarantined ?? summary?.quarantined ?? 0,
      bytesPerSecond: (isOver ? processes.slice(0, 1) : running).reduce(
        (sum, process) => sum + process.status.bytes_per_second,
        0,
      ),
      leftMs: isOver ? undefined : (status?.left_ms ?? undefined),
      leftRangeMs: isOver ? undefined : (status?.left_range_ms ?? undefined),
      ageMs: processes[0]?.ageMs,
      host: status?.host ?? summary?.host,
      pid: status?.pid ?? summary?.pid,
      message: status?.message ?? summary?.error_message ?? summary?.stop_reason ?? undefined,
      resumeCommand: status?.resume_command ?? summary?.resumption_command ?? `npx pawl resume ${jobDir}`,
      exportPath: status?.export_path ?? summary?.export_path,
      ...{ processes, summary },
    }
  }

  #judge({ status, ageMs }: SeenStatus): ProcessView {
    const now = performance.now()
    const known = this.#beats.get(status.writer)
    const isNew = known === undefined || known.beat !== status.beat
    const seen = isNew
      ? { beat: status.beat, sinceMs: now, sawBeat: known !== undefined }
      : { ...known, sawBeat: known.sawBeat }
    this.#beats.set(status.writer, seen)
    const sight = {
      says: status.state,
      isHere: belongsHere(status),
      hasEnded: hasEnded(status),
      sawBeat: seen.sawBeat,
      silentMs: now - seen.sinceMs,
    }
    return { state: judgeProcess(sight, this.expiryMs), ageMs, status }
  }
}

/** A job whose processes left no status, as those of earlier builds: what its summary says, held against its lease. */
function stateWithoutStatus({ leases }: JobDirectory, summary: JobSummary | undefined): SeenState {
  if (summary !== undefined && summary.status !== 'running') return summary.status
  const lease = lookAtLease(leases, 'coordinator')
  if (lease === undefined || lease.state === 'released' || hasEnded(lease)) return 'lost'
  return belongsHere(lease) ? 'running' : 'running?'
}

function shareOf(summary: JobSummary | undefined): number | undefined {
  if (summary?.status === 'completed') return 1
  const { partitions_done: done, partitions_total: total } = summary ?? {}
  return typeof done === 'number' && typeof total === 'number' && total > 0 ? done / total : undefined
}
