import { Column } from '../util/column.js'
import { KeyTable } from '../util/key-table.js'
import { type Candidate, compareCandidates, RecordRow } from './record-row.js'
import type { Segment } from './segment-reader.js'

/** What a record is kept under. */
export interface RecordKey {
  readonly kind: string
  readonly id: string
}

/** What stands in a row of the table. */
const empty = 0
const single = 1
const singleOfAttempt = 2
/** A `RecordRow`: more than one candidate, a withdrawal, or what has a rank. */
const several = 3

/**
 * A set union of what was put and what was withdrawn: the same commits give the same table, in whatever order they
 * come and however often. Of several records of a key the one of the highest rank holds, then the latest; of two
 * that were committed at once, that of the writer whose name sorts last. A withdrawal names an attempt, so that late
 * news of it takes nothing away that was made since.
 *
 * There may be millions of keys: of one that a single commit put, as of nearly all, there are some numbers and no object.
 */
export class RecordTable {
  readonly #kinds: string[] = []
  readonly #keys = new KeyTable()
  readonly #states = Column.bytes()
  readonly #segments: Segment[] = []
  readonly #segmentAt = Column.words()
  readonly #offsets = Column.doubles()
  readonly #lengths = Column.words()
  readonly #seqs = Column.doubles()
  readonly #attempts = Column.words()
  readonly #several = new Map<number, RecordRow>()

  get(kind: string, id: string): Candidate | undefined {
    const row = this.#find(kind, id)
    return row < 0 ? undefined : this.#first(row)
  }

  /** Keys of which something holds; all of them, or those of one kind. */
  *keys(kind?: string): Generator<RecordKey> {
    const tag = kind === undefined ? -1 : this.#kinds.indexOf(kind)
    if (kind !== undefined && tag < 0) return
    const count = this.#keys.size
    for (let row = 0; row < count; row++) {
      const own = this.#keys.tag(row)
      if ((tag < 0 || own === tag) && this.#first(row) !== undefined)
        yield { kind: this.#kinds[own], id: this.#keys.text(row) }
    }
  }

  attempts(kind: string, id: string): string[] {
    const row = this.#find(kind, id)
    return row < 0 ? [] : this.#candidates(row).flatMap(({ attempt }) => attempt ?? [])
  }

  withdrawals(kind: string, id: string): number {
    return this.#several.get(this.#find(kind, id))?.withdrawals ?? 0
  }

  put({ kind, id }: RecordKey, candidate: Candidate): void {
    const row = this.#add(kind, id)
    const state = this.#states.get(row)
    if (state === empty && isSingle(candidate)) this.#setSingle(row, candidate)
    else if (state === single && candidate.attempt === undefined && isSingle(candidate)) {
      if (compareCandidates(candidate, this.#singleAt(row)) < 0) this.#setSingle(row, candidate)
    } else this.#rowAt(row).put(candidate)
  }

  /** Takes a copy of what holds for it, and for all that is kept beside it. */
  settle({ kind, id }: RecordKey, candidate: Candidate): void {
    const row = this.#add(kind, id)
    if (this.#states.get(row) !== several && isSingle(candidate)) this.#setSingle(row, candidate)
    else this.#rowAt(row).settle(candidate)
  }

  /** @param dropped a key, or `key@attempt` */
  drop(dropped: string, seq: number): void {
    const [, key, attempt] = /^((?:point|signature|verdict|trace|files_read|stages)\/[^@]+)@(.+)$/.exec(dropped) ?? [
      undefined,
      dropped,
    ]
    const { kind, id } = keyOf(key as string)
    this.#rowAt(this.#add(kind, id)).drop(attempt, seq)
  }

  #first(row: number): Candidate | undefined {
    const state = this.#states.get(row)
    if (state === empty) return undefined
    return state === several ? this.#several.get(row)?.candidates[0] : this.#singleAt(row)
  }

  #candidates(row: number): readonly Candidate[] {
    if (this.#states.get(row) === several) return this.#several.get(row)?.candidates ?? []
    const one = this.#first(row)
    return one === undefined ? [] : [one]
  }

  #singleAt(row: number): Candidate {
    const segment = this.#segments[this.#segmentAt.get(row)]
    const isOfAttempt = this.#states.get(row) === singleOfAttempt
    return {
      rank: 0,
      seq: this.#seqs.get(row),
      writer: segment.writer,
      attempt: isOfAttempt ? this.#attempts.get(row).toString(16).padStart(8, '0') : undefined,
      at: { segment, offset: this.#offsets.get(row), length: this.#lengths.get(row) },
    }
  }

  #setSingle(row: number, { seq, attempt, at }: Candidate): void {
    this.#states.set(row, attempt === undefined ? single : singleOfAttempt)
    this.#segmentAt.set(row, this.#numberOf(at.segment))
    this.#offsets.set(row, at.offset)
    this.#lengths.set(row, at.length)
    this.#seqs.set(row, seq)
    if (attempt !== undefined) this.#attempts.set(row, Number.parseInt(attempt, 16))
  }

  #numberOf(segment: Segment): number {
    const last = this.#segments.length - 1
    if (this.#segments[last] === segment) return last
    const known = this.#segments.indexOf(segment)
    return known >= 0 ? known : this.#segments.push(segment) - 1
  }

  /** What stands in a row, as an object from now on. */
  #rowAt(row: number): RecordRow {
    const known = this.#several.get(row)
    if (known !== undefined) return known
    const made = new RecordRow(this.#candidates(row))
    this.#states.set(row, several)
    this.#several.set(row, made)
    return made
  }

  #find(kind: string, id: string): number {
    const tag = this.#kinds.indexOf(kind)
    return tag < 0 ? -1 : this.#keys.find(tag, id)
  }

  #add(kind: string, id: string): number {
    const known = this.#kinds.indexOf(kind)
    return this.#keys.add(known < 0 ? this.#kinds.push(kind) - 1 : known, id)
  }
}

/** The two parts of a key, `kind/id`. */
export function keyOf(key: string): RecordKey {
  const slash = key.indexOf('/')
  return { kind: key.slice(0, slash), id: key.slice(slash + 1) }
}

/** True for what can be told in numbers. */
function isSingle({ rank, writer, attempt, at }: Candidate): boolean {
  return rank === 0 && writer === at.segment.writer && (attempt === undefined || /^[0-9a-f]{8}$/.test(attempt))
}
