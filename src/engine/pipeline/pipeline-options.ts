import type { EventBody } from '../../core/events.js'
import type { TaskFailure } from '../../core/pipeline-spec.js'
import type { Task } from '../../pipeline/task.js'
import type { PipelineProgress } from './pipeline-progress.js'

/** Where workers run on a Ray cluster. */
export interface RayOptions {
  /** CPUs that Ray sets aside for each worker. Default: 1. */
  readonly numCpusPerWorker?: number
  /** Megabytes that Ray sets aside for each worker. Default: none. */
  readonly memoryPerWorkerMb?: number
  /** Custom resources of Ray that each worker needs. */
  readonly resources?: Readonly<Record<string, number>>
  /** Environment of workers, in Ray's words. */
  readonly runtimeEnv?: Readonly<Record<string, unknown>>
  /** Workers over all nodes (the default), or on few. */
  readonly placement?: 'spread' | 'pack'
  /** Work begins once so many workers are up, and so many stay while idle. Default: 1. */
  readonly minWorkers?: number
  /** Most workers that are asked for. Default: `workers`, and without that what the cluster has room for. */
  readonly maxWorkers?: number
}

/** How a pipeline is run. */
export interface PipelineOptions {
  /**
   * Where the state is kept: run again with the same folder, only what is missing is done. Several processes may share it.
   * Without it, state lies in `.pawl/` beside the output, and goes once all is done.
   */
  readonly checkpointPath?: string
  /**
   * Folders that lie elsewhere on other hosts, by name, such as `{ data: '/mnt/a' }`; PAWL_ROOT_DATA says where one is on a
   * host. Below them paths are on record by name, so that the state serves on every host.
   */
  readonly roots?: Readonly<Record<string, string>>
  /** Worker processes that stages share. Default: as many as there are cores. */
  readonly workers?: number
  /** Megabytes that a worker may use. Default: 1024. */
  readonly workerMemoryMb?: number
  /** Where stages run: on this machine (the default), or on a Ray cluster; stages in the script itself always run here. */
  readonly executor?: 'local' | 'ray'
  /** The Ray cluster: host:port of its head, or `auto` (the default) for the one that this machine belongs to. */
  readonly rayAddress?: string
  /** Where workers run on a Ray cluster. */
  readonly ray?: RayOptions
  /** What the first stage gets in place of the root; they are the sources where no stage is an explicit source. */
  readonly initialTasks?: readonly Task[]
  /** Stops the run in order; what is committed stays. */
  readonly signal?: AbortSignal
  /** Runs in which a source may fail before it is left alone. Default: 3. */
  readonly maxAttempts?: number
  /** Tries sources again that were left alone. */
  readonly retryFailed?: boolean
  /**
   * Runs documents again that stages set aside, after a fix: their sources go back to before the stage that set them aside,
   * and what survives takes its place in the output.
   */
  readonly replayQuarantined?: boolean
  /** Keeps what one stage handed to another, so that an edit behind it begins there. Default: true. */
  readonly keepSpools?: boolean
  /** Megabytes of tasks that may wait for a stage before sources are held back. Default: 1024. */
  readonly spoolMb?: number
  /** Seconds in which a worker may show no progress. Default: 600. */
  readonly stallTimeoutS?: number
  /** Seconds before what a worker was lost with is tried again; doubled with each loss in a row. Default: 0.5. */
  readonly retryDelayS?: number
  /** Leave a pipeline that others are at work on once nothing is left to take, rather than wait for its end. */
  readonly leavesWhenIdle?: boolean
  /**
   * How several processes share the sources: each takes what nobody holds (`lease`, the default), or each has its share by
   * hash, from PAWL_SHARD and PAWL_SHARDS or the variables of a Slurm array.
   */
  readonly shard?: 'lease' | 'hash'
  /** Told of everything that is written to the event log. */
  onEvent?(event: EventBody): void
  /** Told of what may surprise. */
  onWarning?(message: string): void
  /** Told once, in one line, what is reused and what is done. */
  onStart?(message: string): void
  /** Told how far the run is, every `progressEveryMs`, and once more at its end. */
  onProgress?(progress: PipelineProgress): void
  /** Milliseconds between two calls of `onProgress`. Default: 200. */
  readonly progressEveryMs?: number
}

/** A source that is open since tasks of it failed. */
export interface FailedSource {
  readonly id: string
  readonly name: string
  /** Runs in which it failed, in a row. */
  readonly attempts: number
  /** False where it failed too often to be tried again unless asked (`retryFailed`). */
  readonly isRetried: boolean
  readonly failures: readonly TaskFailure[]
}

/** What came of a run. */
export interface PipelineOutcome {
  /** Sources that are complete. */
  readonly complete: number
  /** Sources that are open since tasks of them failed. */
  readonly failed: number
  /** Neither complete nor failed: only where the run was stopped. */
  readonly pending: number
  /** What failed, and why. */
  readonly failedSources: readonly FailedSource[]
  /** Documents that were put in quarantine by this run. */
  readonly quarantined: number
  /** True where all was complete before. */
  readonly wasComplete: boolean
  /** Where the state is; undefined where it went. */
  readonly checkpointPath: string | undefined
  /** How long the run took. */
  readonly durationMs: number
}
