import { isActive, phaseOf, type TaskState } from './task-states.js'

/** How far the work of a job is, by its own records. */
export interface WorkLeft {
  /** True where its result stands. */
  readonly isComplete: boolean
  readonly total: number
  readonly done: number
  /** Units that are missing, by shard where it is divided by hash. */
  readonly missing: number
  readonly missingShards: readonly number[]
}

/** A run of an array, as it was submitted. */
export interface SubmittedRun {
  readonly shard: 'lease' | 'hash'
  /** Tasks of the whole array. */
  readonly tasks: number
  /** Milliseconds since it was submitted. */
  readonly ageMs: number
}

/** Slurm and the job's own records, taken together. */
export type Verdict =
  | { readonly kind: 'complete' }
  /** Tasks are waiting or at work. */
  | { readonly kind: 'active'; readonly tasks: number }
  /** Slurm says nothing of it yet: accounting comes late. */
  | { readonly kind: 'no_news' }
  /** Nothing is at work, and some of it is missing: these tasks are worth submitting. */
  | { readonly kind: 'unfinished'; readonly indexes: readonly number[] }

/** Accounting may lag behind by so long, and a new job may be unknown. */
export const lagMs = 120_000

/**
 * What is to be done: decided from Slurm's words and the ledger alone. The ledger says what is done; Slurm only says what
 * is still being worked on. A task that failed is worth nothing where its work is done, and one that Slurm calls complete
 * may have left some.
 */
export function judge(work: WorkLeft, states: readonly TaskState[], run: SubmittedRun | undefined): Verdict {
  if (work.isComplete) return { kind: 'complete' }
  const active = states.filter(isActive).length
  if (active > 0) return { kind: 'active', tasks: active }
  if (run !== undefined && states.length === 0 && run.ageMs < lagMs) return { kind: 'no_news' }
  return { kind: 'unfinished', indexes: missingTasks(work, states, run) }
}

/**
 * The tasks that are worth submitting: of shards, those of which units are missing; by lease, as many as there are units,
 * at most as many as the array has. None of them is in Slurm's hands.
 */
export function missingTasks(
  { isComplete, missing, missingShards }: WorkLeft,
  states: readonly TaskState[],
  run: Pick<SubmittedRun, 'shard' | 'tasks'> | undefined,
): number[] {
  if (isComplete) return []
  const active = new Set(states.filter(isActive).map(({ task }) => task))
  if (run?.shard === 'hash') {
    // Where all shards are done, what is left is for one that finishes.
    return missingShards.filter(index => !active.has(index))
  }
  const wanted = Math.min(Math.max(1, missing), run?.tasks ?? Number.POSITIVE_INFINITY)
  const free: number[] = []
  for (let index = 0; free.length + active.size < wanted; index++) if (!active.has(index)) free.push(index)
  return free
}

/** How many tasks are in which state, the most frequent first: `4 RUNNING, 2 PENDING`. */
export function countStates(
  states: readonly TaskState[],
): { readonly state: string; readonly tasks: number; readonly phase: string }[] {
  const counts = new Map<string, { state: string; tasks: number; phase: string }>()
  for (const state of states) {
    const known = counts.get(state.state) ?? { state: state.state, tasks: 0, phase: phaseOf(state) }
    known.tasks++
    counts.set(state.state, known)
  }
  return [...counts.values()].sort((a, b) => b.tasks - a.tasks)
}
