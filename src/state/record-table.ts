/** A record under a key, as one commit put it there. */
export interface Candidate<P> {
  /** What orders records of one key before all else. */
  readonly rank: number
  readonly seq: number
  readonly writer: string
  /** Which attempt made it; undefined for records that no attempt makes. */
  readonly attempt: string | undefined
  readonly at: P
}

interface Row<P> {
  /** Those that were not withdrawn, the one that holds first. */
  readonly candidates: Candidate<P>[]
  dropped: Set<string> | undefined
  /** Withdrawals of the form that named no attempt: all up to this place in the order no longer holds. */
  droppedUpTo: number
}

/**
 * A set union of what was put and what was withdrawn: the same commits give the same table, in whatever order they
 * come and however often. Of several records of a key the one of the highest rank holds, then the latest; of two
 * that were committed at once, that of the writer whose name sorts last. A withdrawal names an attempt, so that late
 * news of it takes nothing away that was made since.
 */
export class RecordTable<P> {
  readonly #rows = new Map<string, Row<P>>()

  get(key: string): Candidate<P> | undefined {
    return this.#rows.get(key)?.candidates[0]
  }

  keys(): string[] {
    return [...this.#rows].flatMap(([key, { candidates }]) => (candidates.length > 0 ? [key] : []))
  }

  attempts(key: string): string[] {
    return (this.#rows.get(key)?.candidates ?? []).flatMap(({ attempt }) => attempt ?? [])
  }

  withdrawals(key: string): number {
    return this.#rows.get(key)?.dropped?.size ?? 0
  }

  put(key: string, candidate: Candidate<P>): void {
    const row = this.#rowOf(key)
    const { attempt, seq } = candidate
    if (seq <= row.droppedUpTo || (attempt !== undefined && row.dropped?.has(attempt))) return
    const isKnown = (other: Candidate<P>) => other.attempt === attempt && compare(other, candidate) <= 0
    // Only what attempts made is kept beside what holds: it holds again where that is withdrawn.
    if (attempt === undefined && row.candidates.some(isKnown)) return
    const kept = row.candidates.filter(other => other.attempt !== attempt || compare(other, candidate) < 0)
    row.candidates.splice(0, row.candidates.length, ...kept, candidate)
    row.candidates.sort(compare)
  }

  /** Takes a copy of what holds for it, and for all that is kept beside it. */
  settle(key: string, candidate: Candidate<P>): void {
    this.#rowOf(key).candidates.splice(0, Number.POSITIVE_INFINITY, candidate)
  }

  /** @param dropped a key, or `key@attempt` */
  drop(dropped: string, seq: number): void {
    const [, key, attempt] = /^((?:point|signature|verdict|trace|files_read|stages)\/[^@]+)@(.+)$/.exec(dropped) ?? [
      undefined,
      dropped,
    ]
    const row = this.#rowOf(key as string)
    if (attempt === undefined) row.droppedUpTo = Math.max(row.droppedUpTo, seq)
    else (row.dropped ??= new Set()).add(attempt)
    const kept = row.candidates.filter(
      candidate => candidate.seq > row.droppedUpTo && (attempt === undefined || candidate.attempt !== attempt),
    )
    row.candidates.splice(0, row.candidates.length, ...kept)
  }

  #rowOf(key: string): Row<P> {
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    const row: Row<P> = { candidates: [], dropped: undefined, droppedUpTo: -1 }
    this.#rows.set(key, row)
    return row
  }
}

/** What holds comes first. */
function compare<P>(a: Candidate<P>, b: Candidate<P>): number {
  return b.rank - a.rank || b.seq - a.seq || (a.writer < b.writer ? 1 : a.writer > b.writer ? -1 : 0)
}
