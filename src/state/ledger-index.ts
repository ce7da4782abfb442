import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { attemptOf, type ExportRecord, type LedgerRecord, recordKey } from '../core/records.js'
import { listIfThere } from '../util/remove.js'
import { Roots } from '../util/roots.js'
import { readOwnFile } from './own-file.js'
import { type Candidate, RecordTable } from './record-table.js'
import {
  type ReadingPlace,
  readCommit,
  readSegment,
  type SegmentCommit,
  type SegmentContent,
  type SegmentHeader,
} from './segment.js'

export type RecordOf<K extends LedgerRecord['kind']> = Extract<LedgerRecord, { readonly kind: K }>

/** A segment file, open for reading once something of it is asked for. */
export interface Segment {
  readonly path: string
  readonly writer: string
  readonly fence: number
  /** Bytes that hold whole lines. */
  size: number
  fd: number | undefined
}

/** Where a record stands; with the record itself, where it is of a kind that is asked for again and again. */
export interface Place {
  readonly segment: Segment
  readonly offset: number
  readonly length: number
  readonly record?: LedgerRecord
}

/** Small records, one for each partition or source, that every start asks for. */
const heldKinds: ReadonlySet<LedgerRecord['kind']> = new Set(['input', 'placed', 'open_source'])

/** `exports.json`: the exports on record once more, since losing them would make the job's own result a stranger's. */
export interface MirroredExports {
  readonly seq: number
  readonly exports: readonly ExportRecord[]
}

interface Scan {
  readonly segment: Segment
  readonly lines: readonly { readonly offset: number; readonly length: number; readonly commit: SegmentCommit }[]
  readonly header: SegmentHeader | undefined
  next: ReadingPlace
  /** Its writer ended it: nothing more comes. */
  isClosed: boolean
}

/**
 * What the segments of a job's writers say, taken together. Records are facts: which segments were read first decides
 * nothing. Keeps only places in memory and reads a record, verified, when it is asked for. Reading changes nothing on
 * the disk.
 */
export class LedgerIndex {
  readonly segments: Segment[] = []
  /** What could not be read, in sentences. */
  readonly damages: string[] = []
  seq = 0
  /** All who ever wrote to the job, also where their segments have been put together into another's. */
  readonly writers = new Set<string>()
  readonly #table = new RecordTable<Place>()
  readonly #mirrored = new Map<string, { seq: number; record: ExportRecord }>()
  /** How far the segments of others have been read, by path. */
  readonly #scans = new Map<string, Scan>()
  /** How far each writer's segment counts: up to where the first of those who took it for dead found it. */
  readonly #limits = new Map<string, number>()

  private constructor(
    readonly folder: string,
    readonly roots: Roots,
  ) {}

  /** Reads the segments in a folder, in any order, and the mirror of exports; paths below `roots` are given as they are here. */
  static read(folder: string, mirror: string, roots = Roots.none): LedgerIndex {
    const index = new LedgerIndex(folder, roots)
    index.refresh()
    index.#readMirror(mirror)
    return index
  }

  /**
   * Reads on in the segments of others, and those that have come since; `own` is left out.
   *
   * @returns what was new
   */
  refresh(own?: string): readonly SegmentCommit[] {
    const scans = listIfThere(this.folder)
      .filter(name => name.endsWith('.segment') && join(this.folder, name) !== own)
      .flatMap(name => this.#readOn(name) ?? [])
    for (const { lines, header } of scans) {
      for (const commit of [header, ...lines.map(line => line.commit)]) this.#limit(commit?.after)
    }
    const fresh: SegmentCommit[] = []
    for (const { segment, lines } of scans) {
      const limit = this.#limits.get(segment.writer) ?? Number.POSITIVE_INFINITY
      for (const { offset, length, commit } of lines) {
        if (offset + length > limit) break
        this.note(commit, { segment, offset, length })
        fresh.push(this.roots.allHere(commit))
      }
      segment.size = Math.min(segment.size, limit)
    }
    return fresh
  }

  get<K extends LedgerRecord['kind']>(kind: K, id: string): RecordOf<K> | undefined {
    return this.#read(`${kind}/${this.roots.recorded(id)}`) as RecordOf<K> | undefined
  }

  /** How often a record of a key was withdrawn: what is made anew is of another generation. */
  withdrawals(kind: LedgerRecord['kind'], id: string): number {
    return this.#table.withdrawals(`${kind}/${id}`)
  }

  /** The attempts whose records of a key were not withdrawn. */
  attempts(key: string): string[] {
    return this.#table.attempts(key)
  }

  /** All records of a kind, in no promised order. */
  *all<K extends LedgerRecord['kind']>(kind: K): Generator<RecordOf<K>> {
    for (const key of this.#table.keys()) {
      if (!key.startsWith(`${kind}/`)) continue
      const record = this.#read(key)
      if (record !== undefined) yield record as RecordOf<K>
    }
  }

  /** The ids of all records of a kind, without reading them. */
  idsOf(kind: LedgerRecord['kind']): string[] {
    const prefix = `${kind}/`
    return this.#table.keys().flatMap(key => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []))
  }

  /** How many writers may still append: what reading on looks at. */
  get openSegments(): number {
    return [...this.#scans.values()].filter(({ isClosed }) => !isClosed).length
  }

  /** False where files that it reads from are gone: another process put segments together. */
  get isUsable(): boolean {
    return this.segments.every(({ path }) => existsSync(path))
  }

  /** The export that was recorded last, whatever its target. */
  getExport(): ExportRecord | undefined {
    let last: { seq: number; record: ExportRecord } | undefined
    for (const record of this.exports()) {
      const seq = this.#seqOf(`export/${this.roots.recorded(record.target)}`)
      if (last === undefined || seq > last.seq) last = { seq, record }
    }
    return last?.record
  }

  /** The last export to each target. */
  *exports(): Generator<ExportRecord> {
    yield* this.all('export')
    for (const [key, { record }] of this.#mirrored)
      if (this.#table.get(key) === undefined) yield this.roots.allHere(record)
  }

  /** True where every export on record stands in the mirror, too. */
  get isMirrored(): boolean {
    return this.idsOf('export').every(id => this.#mirrored.has(`export/${id}`))
  }

  /** Takes note of a commit, as it stands on record, that is durable at a place of a segment. */
  note(commit: SegmentCommit, at: Place): void {
    const { seq } = commit
    this.seq = Math.max(this.seq, seq)
    this.#limit(commit.after)
    for (const record of commit.put ?? []) this.#table.put(recordKey(record), candidateOf(record, seq, at))
    for (const dropped of commit.drop ?? []) this.#table.drop(dropped, seq)
  }

  /** Takes note that a record which holds was copied to another segment. */
  settle(seq: number, record: LedgerRecord, at: Place): void {
    this.#table.settle(recordKey(record), candidateOf(record, seq, at))
  }

  /** All records that hold, as they stand on record, each with its place in the order of commits. */
  *live(): Generator<{ readonly seq: number; readonly record: LedgerRecord }> {
    for (const key of this.#table.keys()) {
      const record = this.#readRecorded(key)
      if (record !== undefined) yield { seq: this.#seqOf(key), record }
    }
  }

  close(): void {
    for (const segment of this.segments) {
      if (segment.fd !== undefined) closeSync(segment.fd)
      segment.fd = undefined
    }
  }

  #limit(after: Readonly<Record<string, number>> | undefined): void {
    for (const [writer, bytes] of Object.entries(after ?? {})) {
      this.writers.add(writer)
      this.#limits.set(writer, Math.min(this.#limits.get(writer) ?? Number.POSITIVE_INFINITY, bytes))
    }
  }

  #seqOf(key: string): number {
    return (this.#table.get(key) ?? this.#mirrored.get(key))?.seq ?? -1
  }

  #read(key: string): LedgerRecord | undefined {
    return this.roots.allHere(this.#readRecorded(key))
  }

  #readRecorded(key: string): LedgerRecord | undefined {
    const entry = this.#table.get(key)
    if (entry === undefined) return this.#mirrored.get(key)?.record
    return entry.at.record ?? readPlace(key, entry)
  }

  /** What stands in one segment file behind what has been read of it; undefined where that is nothing. */
  #readOn(name: string): Scan | undefined {
    const path = join(this.folder, name)
    const known = this.#scans.get(path)
    if (known?.isClosed) return undefined
    const size = statSync(path, { throwIfNoEntry: false })?.size
    if (size === undefined || (known !== undefined && size <= known.next.offset)) return undefined
    const found = scanSegment(path, known?.next)
    for (const damage of found.damages) this.damages.push(damage)
    const next = found.next
    if (known !== undefined) {
      known.next = next
      known.isClosed = found.isClosed
      known.segment.size = next.offset
      return { ...known, header: undefined, lines: found.lines }
    }
    // A segment under another's name, as files get mixed up, is still its writer's.
    const { writer = name.slice(0, -'.segment'.length), fence = 0 } = found.header ?? {}
    const segment: Segment = { path, writer, fence, size: next.offset, fd: undefined }
    const scan = { segment, lines: found.lines, header: found.header, next, isClosed: found.isClosed }
    this.#scans.set(path, { ...scan, lines: [] })
    this.segments.push(segment)
    this.writers.add(writer)
    return scan
  }

  #readMirror(path: string): void {
    const mirror = readOwnFile<MirroredExports>(path)
    if (mirror.kind === 'damaged') this.damages.push(mirror.reason)
    if (mirror.kind !== 'read') return
    const { seq, exports } = mirror.content
    this.seq = Math.max(this.seq, seq)
    for (const record of exports) this.#mirrored.set(recordKey(record), { seq, record })
  }
}

function candidateOf(record: LedgerRecord, seq: number, at: Place): Candidate<Place> {
  const rank = record.kind === 'export' ? (record.fence ?? 0) : 0
  const place = heldKinds.has(record.kind) ? { ...at, record } : at
  return { rank, seq, writer: at.segment.writer, attempt: attemptOf(record), at: place }
}

function readPlace(key: string, { at, attempt }: Candidate<Place>): LedgerRecord | undefined {
  const { segment, offset, length } = at
  segment.fd ??= openSync(segment.path, 'r')
  const records = readCommit(segment.fd, offset, length)?.put
  return records?.find(record => recordKey(record) === key && attemptOf(record) === attempt)
}

/** Reads a segment from a place on, up to its last whole line. */
function scanSegment(path: string, from?: ReadingPlace) {
  const lines: { offset: number; length: number; commit: SegmentCommit }[] = []
  const damages: string[] = []
  let header: SegmentHeader | undefined
  let next = from ?? { offset: 0, number: 0 }
  let isClosed = false
  const take = (content: SegmentContent, offset: number, length: number) => {
    if ('pawl' in content) header ??= content
    else if ('closed' in content) isClosed = true
    else if ('seq' in content) lines.push({ offset, length, commit: content })
  }
  for (const line of readSegment(path, from)) {
    if (line.kind === 'torn') continue
    next = { offset: line.offset + line.length, number: line.number + 1 }
    if (line.kind === 'line') take(line.content, line.offset, line.length)
    else damages.push(`${path}, line ${line.number + 1} (byte ${line.offset}): damaged; what it recorded is redone`)
  }
  return { lines, damages, header, next, isClosed }
}
