import type { TaskId } from './task-id.js'

/**
 * Something that happened to a task, as one fact: all that it has to say comes together, so that no order of facts
 * can say less than is true.
 *
 * - `emitted`: a source gave the task that all others of it descend from;
 * - `consumed`: the task is done with, and these are all the tasks that came of it (none where it was filtered, or at
 *   the end); `failed` of them hold nothing to go on with;
 * - `failed`: nothing came of the task, and its source is to be run again.
 */
export type TaskFact =
  | { readonly kind: 'emitted'; readonly task: TaskId }
  | {
      readonly kind: 'consumed'
      readonly task: TaskId
      readonly children: readonly TaskId[]
      readonly failed?: readonly TaskId[]
    }
  | { readonly kind: 'failed'; readonly task: TaskId }

/** News of a task. A task that was joined of several sources is news for each of them. */
export interface TaskNews {
  readonly sources: readonly TaskId[]
  /** Which run of the source it is of: facts of an earlier one than the latest that is known are ignored. */
  readonly attempt: number
  readonly fact: TaskFact
}

/** `unknown`: nothing was heard of it; `failed`: all was heard, and something failed. */
export type SourceState = 'unknown' | 'open' | 'failed' | 'complete'

interface Attempt {
  readonly number: number
  isEmitted: boolean
  readonly created: Set<TaskId>
  readonly consumed: Set<TaskId>
  readonly failed: Set<TaskId>
  /** Created, and neither consumed nor failed. */
  readonly open: Set<TaskId>
}

/**
 * Tells when a source is complete: exactly when each of its descendants is consumed, in whatever order the news comes
 * and however often. For each source and attempt there are three sets that only grow: tasks that were created, that
 * were consumed, that failed. A task's children are created by the very fact that consumes it; so as long as one
 * descendant is missing from the sets, some ancestor of it is created and not consumed. (docs/source-tracking.md)
 */
export class SourceTracker {
  readonly #sources = new Map<TaskId, Attempt>()

  note({ sources, attempt, fact }: TaskNews): void {
    for (const source of sources) this.#noteFor(source, attempt, fact)
  }

  stateOf(source: TaskId): SourceState {
    const attempt = this.#sources.get(source)
    if (attempt === undefined) return 'unknown'
    if (!attempt.isEmitted || attempt.open.size > 0) return 'open'
    return attempt.failed.size > 0 ? 'failed' : 'complete'
  }

  /** What was heard of the latest attempt. */
  countsOf(source: TaskId): { readonly created: number; readonly consumed: number; readonly failed: number } {
    const { created, consumed, failed } = this.#sources.get(source) ?? { created: none, consumed: none, failed: none }
    return { created: created.size, consumed: consumed.size, failed: failed.size }
  }

  #noteFor(source: TaskId, number: number, fact: TaskFact): void {
    const known = this.#sources.get(source)
    if (known !== undefined && known.number > number) return
    const attempt = known?.number === number ? known : newAttempt(number)
    this.#sources.set(source, attempt)
    switch (fact.kind) {
      case 'emitted':
        attempt.isEmitted = true
        create(attempt, fact.task)
        break
      case 'consumed':
        settle(attempt, attempt.consumed, fact.task)
        for (const child of fact.children) create(attempt, child)
        for (const child of fact.failed ?? []) settle(attempt, attempt.failed, child)
        break
      case 'failed':
        settle(attempt, attempt.failed, fact.task)
        break
    }
  }
}

const none: ReadonlySet<TaskId> = new Set()

function newAttempt(number: number): Attempt {
  return { number, isEmitted: false, created: new Set(), consumed: new Set(), failed: new Set(), open: new Set() }
}

function create(attempt: Attempt, task: TaskId): void {
  if (attempt.created.has(task)) return
  attempt.created.add(task)
  if (!attempt.consumed.has(task) && !attempt.failed.has(task)) attempt.open.add(task)
}

/** What is settled was created, whether or not its creation was heard of. */
function settle(attempt: Attempt, into: Set<TaskId>, task: TaskId): void {
  attempt.created.add(task)
  into.add(task)
  attempt.open.delete(task)
}
