/** How workers are placed on a Ray cluster: the section `ray` of a recipe, or the option of the same name of `Pipeline.run`. */
export interface RayPlacement {
  /** CPUs that Ray sets aside for each worker. */
  readonly num_cpus_per_worker: number
  /** Memory that Ray sets aside for each worker; null for none. */
  readonly memory_per_worker_mb: number | null
  /** Other resources of Ray that each worker needs. */
  readonly resources: Readonly<Record<string, number>>
  /** Ray's own description of a worker's environment. */
  readonly runtime_env: Readonly<Record<string, unknown>>
  /** `spread` over nodes, or `pack` on few. */
  readonly placement: 'spread' | 'pack'
  /** Work begins once so many workers are up, and so many are kept while there is nothing to do. */
  readonly min_workers: number
  /** Most workers; null for `np`, and without that for as many as the cluster has room for. */
  readonly max_workers: number | null
}

export interface RaySettings {
  /** `auto`, or host:port of the head. */
  readonly address: string
  readonly placement: RayPlacement
  /** Workers wanted; undefined for as many as the cluster has room for, at any time. */
  readonly workers: number | undefined
  /** How many workers others of the same job need on this cluster, to whom room is left. Default: 0. */
  readonly othersWorkers?: number
  /** A worker that reports nothing for this long is taken for stuck. */
  readonly stallMs: number
  /** A worker whose resident memory grows beyond this is ended. */
  readonly memoryBytes: number
  readonly logFolder: string
  /** Told what may surprise: which cluster this is, what is odd of its nodes, what was lost. */
  readonly onWarning: (message: string) => void
  /** A place that gives no sign of life for this long is given up. Default: 15 s. */
  readonly silenceMs?: number
  /** How long a unit waits for a place before it counts as lost, and a job for its first. Default: 10 minutes. */
  readonly patienceMs?: number
}

type WantedSettings = Pick<RaySettings, 'placement' | 'workers' | 'othersWorkers'>

/** How many workers are wanted where the cluster has so many CPUs. */
export function wantedWorkers({ placement, workers, othersWorkers = 0 }: WantedSettings, cpus: number): number {
  const { num_cpus_per_worker: each, min_workers, max_workers } = placement
  const room = (each > 0 ? Math.floor(cpus / each) : cpus) - othersWorkers
  const most = max_workers ?? workers ?? Number.POSITIVE_INFINITY
  return Math.max(1, min_workers, Math.min(most, workers ?? (max_workers === null ? room : most)))
}

/** The options of an actor, in Ray's words. */
export function actorOptions({ placement }: RaySettings): Record<string, unknown> {
  const { num_cpus_per_worker, memory_per_worker_mb, resources, runtime_env } = placement
  return {
    num_cpus: num_cpus_per_worker,
    ...(memory_per_worker_mb === null ? {} : { memory: Math.round(memory_per_worker_mb * 1e6) }),
    ...(Object.keys(resources).length === 0 ? {} : { resources }),
    ...(Object.keys(runtime_env).length === 0 ? {} : { runtime_env }),
    scheduling_strategy: placement.placement === 'spread' ? 'SPREAD' : 'DEFAULT',
    max_restarts: 0,
    max_task_retries: 0,
  }
}
