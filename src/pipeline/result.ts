import { FailedTask, NoneTask, type Task } from './task.js'

/** What a stage may give for an expansion: children as they come, with sentinels among them. */
export type Children<Out extends Task> =
  | Iterable<Out | NoneTask | FailedTask>
  | AsyncIterable<Out | NoneTask | FailedTask>

/** What became of one slot. There is no way to say what became of several at once. */
export type Result<Out extends Task> =
  /** One task for one: the same, or another in its place. */
  | { readonly kind: 'kept'; readonly task: Out }
  /** Any number of tasks for one, also none; they are taken as they come. */
  | { readonly kind: 'expanded'; readonly children: Children<Out> }
  /** Filtered on purpose. */
  | { readonly kind: 'none' }
  /** The slot failed, and with it its source, which is run again next time. */
  | { readonly kind: 'failed'; readonly error: unknown }

/** What a stage may return for a slot: a result, or what stands for one. */
export type StageResult<Out extends Task> = Result<Out> | Out | Children<Out> | NoneTask | FailedTask | null | undefined

const kinds = new Set(['kept', 'expanded', 'none', 'failed'])

/**
 * Reads what a stage returned for one slot.
 *
 * @throws {TypeError} where it is nothing that a stage may return
 */
export function resultOf<Out extends Task>(returned: StageResult<Out>): Result<Out> {
  if (returned === null || returned === undefined) return { kind: 'none' }
  if (typeof returned === 'object') {
    if (isFailed(returned)) return { kind: 'failed', error: returned.error }
    if (isNone(returned)) return { kind: 'none' }
    if (isTask(returned)) return { kind: 'kept', task: returned as Out }
    if (Symbol.iterator in returned || Symbol.asyncIterator in returned)
      return { kind: 'expanded', children: returned as Children<Out> }
    if ('kind' in returned && kinds.has(String(returned.kind))) return returned as Result<Out>
  }
  throw new TypeError(
    `a stage must return a task, several, or null for each task it gets; it returned ${describe(returned)}`,
  )
}

function describe(value: unknown): string {
  return typeof value === 'object' ? `an object with the keys ${Object.keys(value as object).join(', ')}` : typeof value
}

/** Tasks may come from another copy of this package, so that they are known by their type. */
export function isTask(value: unknown): value is Task {
  return typeof value === 'object' && value !== null && 'type' in value && 'data' in value && 'metadata' in value
}

export function isNone(value: unknown): value is NoneTask {
  return value instanceof NoneTask || (isTask(value) && value.type === 'NoneTask')
}

export function isFailed(value: unknown): value is FailedTask {
  return value instanceof FailedTask || (isTask(value) && value.type === 'FailedTask')
}
