import type { RayNode } from './unfit-nodes.js'

/** What the driver is told; `a` names a place, `w` a worker there. */
export type ToDriver =
  | { readonly c: 'open' | 'close'; readonly a: number }
  | { readonly c: 'start'; readonly a: number; readonly w: number; readonly log: string }
  | { readonly c: 'send'; readonly a: number; readonly w: number; readonly line: string }
  | { readonly c: 'kill'; readonly a: number; readonly w: number }

/** What became of a worker at a place. */
export type PlaceNews =
  | readonly ['started', worker: number, pid: number, started: string]
  | readonly ['said', worker: number, line: string]
  /** The code it exited with, or less than zero: the signal that ended it. */
  | readonly ['gone', worker: number, code: number]
  | readonly ['unstarted', worker: number, reason: string]

export type FromDriver =
  | {
      readonly n: 'ready'
      readonly address: string
      readonly ray: string
      readonly cpus: number
    }
  /** What the nodes are that may run workers; \`time\` in seconds, by the driver's clock. */
  | { readonly n: 'nodes'; readonly nodes: readonly RayNode[]; readonly time: number }
  | ({ readonly n: 'up'; readonly a: number } & RayNode)
  | { readonly n: 'heard'; readonly a: number; readonly news: readonly PlaceNews[]; readonly memory: number }
  | { readonly n: 'down'; readonly a: number; readonly reason: string }
  | { readonly n: 'cpus'; readonly cpus: number }
  | { readonly n: 'fatal'; readonly code: 'no_ray' | 'no_cluster' | 'head_lost'; readonly message: string }
