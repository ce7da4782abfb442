import type { Place } from './segment-reader.js'

/** A record under a key, as one commit put it there. */
export interface Candidate {
  /** What orders records of one key before all else. */
  readonly rank: number
  readonly seq: number
  readonly writer: string
  /** Which attempt made it; undefined for records that no attempt makes. */
  readonly attempt: string | undefined
  readonly at: Place
}

/** All that was put under one key, and what of it was withdrawn. */
export class RecordRow {
  /** Those that were not withdrawn, the one that holds first. */
  readonly candidates: Candidate[]
  #dropped: Set<string> | undefined
  /** Withdrawals of the form that named no attempt: all up to this place in the order no longer holds. */
  #droppedUpTo = -1

  constructor(candidates: readonly Candidate[]) {
    this.candidates = [...candidates]
  }

  get withdrawals(): number {
    return this.#dropped?.size ?? 0
  }

  put(candidate: Candidate): void {
    const { attempt, seq } = candidate
    if (seq <= this.#droppedUpTo || (attempt !== undefined && this.#dropped?.has(attempt))) return
    const isKnown = (other: Candidate) => other.attempt === attempt && compareCandidates(other, candidate) <= 0
    // Only what attempts made is kept beside what holds: it holds again where that is withdrawn.
    if (attempt === undefined && this.candidates.some(isKnown)) return
    const kept = this.candidates.filter(other => other.attempt !== attempt || compareCandidates(other, candidate) < 0)
    this.candidates.splice(0, this.candidates.length, ...kept, candidate)
    this.candidates.sort(compareCandidates)
  }

  settle(candidate: Candidate): void {
    this.candidates.splice(0, Number.POSITIVE_INFINITY, candidate)
  }

  drop(attempt: string | undefined, seq: number): void {
    if (attempt === undefined) this.#droppedUpTo = Math.max(this.#droppedUpTo, seq)
    else (this.#dropped ??= new Set()).add(attempt)
    const kept = this.candidates.filter(
      candidate => candidate.seq > this.#droppedUpTo && (attempt === undefined || candidate.attempt !== attempt),
    )
    this.candidates.splice(0, this.candidates.length, ...kept)
  }
}

/** What holds comes first. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return b.rank - a.rank || b.seq - a.seq || (a.writer < b.writer ? 1 : a.writer > b.writer ? -1 : 0)
}
