import { hash } from 'node:crypto'

/** Names a task. Made by the engine alone, and never taken apart: what a task descends from is kept beside its id. */
export type TaskId = string & { readonly __task: true }

/** The id of the task that every pipeline begins with. */
export const rootId = '0' as TaskId

/** The id of the child of a task: by the child's own key where it has one, else by its place in the parent's result. */
export function childId(parents: readonly TaskId[], key: string): TaskId {
  return hashOf('task', ...parents, key)
}

/** The id of a source, by its place and how many equal places came before it. */
export function sourceId(place: string, occurrence: number): TaskId {
  return hashOf('source', place, String(occurrence))
}

/** An id that was written down and read back. */
export function knownId(id: string): TaskId {
  return id as TaskId
}

/** 16 hex digits; parts are separated, so that no two lists of parts share a text. */
function hashOf(...parts: readonly string[]): TaskId {
  let text = ''
  for (const part of parts) text += `${part.length}:${part}`
  return hash('sha256', text, 'hex').slice(0, 16) as TaskId
}

/** Numbers equal keys: `a`, `b`, `a` have the occurrences 0, 0, 1. */
export class Occurrences {
  readonly #seen = new Map<string, number>()

  next(key: string): number {
    const count = this.#seen.get(key) ?? 0
    this.#seen.set(key, count + 1)
    return count
  }
}
