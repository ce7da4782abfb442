/** How the run of a process stands, in its own words; `lost` is what others say of one that gives no sign any more. */
export type RunState = 'running' | 'completed' | 'failed' | 'stopped'

/** What a worker of a process is at. Times in milliseconds, sizes in bytes. */
export interface WorkerStatus {
  readonly pid: number
  /** Start time since boot, in clock ticks, so that no later process of the same number is taken for it. */
  readonly started: string
  /** The unit it runs; null for an idle one. */
  readonly unit: string | null
  readonly partition: string | null
  /** Since it took the unit. */
  readonly for_ms: number
  /** Since it last reported anything. */
  readonly silent_ms: number
  readonly memory_bytes: number
}

/** What an operator did to all samples that came to it so far, in earlier runs too. */
export interface OperatorStatus {
  readonly index: number
  readonly name: string
  readonly samples_in: number
  readonly samples_out: number
  readonly dropped: number
  readonly quarantined: number
  /** Time of workers. */
  readonly ms: number
}

/** What a process says of its run at each beat; as large for ten partitions as for a hundred thousand. */
export interface RunStatus {
  readonly job_id: string
  readonly state: RunState
  readonly run_started: string
  readonly phase: string
  /** Share of the whole job that is done, from 0 to 1, and what earlier runs had done of it. */
  readonly share: number
  readonly reused_share: number
  readonly partitions_done: number
  readonly partitions_total: number
  readonly samples_in: number
  readonly kept: number
  readonly quarantined: number
  readonly processed_bytes: number
  readonly bytes_per_second: number
  readonly elapsed_ms: number
  /** Null as long as nothing can be told; the range is that of the speeds seen lately. */
  readonly left_ms: number | null
  readonly left_range_ms: readonly [number, number] | null
  readonly memory_bytes: number
  readonly workers: readonly WorkerStatus[]
  readonly operators: readonly OperatorStatus[]
  readonly checkpoints: { readonly count: number; readonly bytes: number; readonly last_at: string | null }
  readonly retries: number
  readonly workers_lost: number
  /** What was reused and redone when the run began, and why. */
  readonly start_message: string | null
  /** The last words of a run that ended. */
  readonly message: string | null
  readonly export_path: string
  readonly event_log: string | null
  readonly resume_command: string
  /** Whether SIGTERM stops it in order. */
  readonly heeds_signals: boolean
}
