import { existsSync } from 'node:fs'
import { attemptOf, recordKey } from '../core/record-keys.js'
import type { ExportRecord, LedgerRecord } from '../core/records.js'
import { Roots } from '../util/roots.js'
import { glanceAt } from './glance.js'
import { readOwnFile } from './own-file.js'
import type { Candidate } from './record-row.js'
import { keyOf, RecordTable } from './record-table.js'
import { parseBody, type SegmentCommit, type WholeLine } from './segment.js'
import { linesUpTo, SegmentFolder } from './segment-folder.js'
import { closeSegment, type Place, type Segment, SegmentReader } from './segment-reader.js'

export type RecordOf<K extends LedgerRecord['kind']> = Extract<LedgerRecord, { readonly kind: K }>

/** `exports.json`: the exports on record once more, since losing them would make the job's own result a stranger's. */
export interface MirroredExports {
  readonly seq: number
  readonly exports: readonly ExportRecord[]
}

/**
 * What the segments of a job's writers say, taken together. Records are facts: which segments were read first decides
 * nothing. Keeps only places in memory, as numbers, and reads a record, verified, when it is asked for. Reading changes
 * nothing on the disk.
 */
export class LedgerIndex {
  seq = 0
  #table = new RecordTable()
  readonly #reader = new SegmentReader()
  readonly #mirrored = new Map<string, { seq: number; record: ExportRecord }>()
  #folder: SegmentFolder

  private constructor(
    folder: string,
    readonly roots: Roots,
  ) {
    this.#folder = new SegmentFolder(folder)
  }

  get segments(): Segment[] {
    return this.#folder.segments
  }

  /** What could not be read, in sentences. */
  get damages(): string[] {
    return this.#folder.damages
  }

  /** All who ever wrote to the job, also where their segments have been put together into another's. */
  get writers(): ReadonlySet<string> {
    return this.#folder.writers
  }

  /** Reads the segments in a folder, in any order, and the mirror of exports; paths below `roots` are given as they are here. */
  static read(folder: string, mirror: string, roots = Roots.none): LedgerIndex {
    const index = new LedgerIndex(folder, roots)
    index.#readAll()
    index.#readMirror(mirror)
    return index
  }

  /**
   * Reads on in the segments of others, and those that have come since; `own` is left out.
   *
   * @returns what was new
   */
  refresh(own?: string): readonly SegmentCommit[] {
    const found: { readonly commit: SegmentCommit; readonly at: Place }[] = []
    for (const scan of this.#folder.unread(own))
      for (const line of this.#folder.linesOf(scan)) {
        const content = parseBody(line.body)
        if ('after' in content) this.#folder.limit(content.after)
        const { offset, length } = line
        if ('seq' in content) found.push({ commit: content, at: { segment: scan.segment, offset, length } })
      }
    const counting = found.filter(({ at }) => this.#folder.counts(at))
    for (const { commit, at } of counting) this.note(commit, at)
    this.#folder.cutSizes()
    return counting.map(({ commit }) => this.roots.allHere(commit))
  }

  /** All that stands there, of which nothing is held: there may be millions of commits. */
  #readAll(): void {
    const scans = this.#folder.unread()
    for (const scan of scans) this.#noteAll(scan.segment, this.#folder.linesOf(scan))
    if (!this.#folder.cutSizes()) return
    // What somebody wrote who woke up after others took over does not count, and may have been told last.
    this.#table = new RecordTable()
    this.seq = 0
    for (const { segment } of scans) this.#noteAll(segment, linesUpTo(segment))
  }

  #noteAll(segment: Segment, lines: Iterable<WholeLine>): void {
    for (const { offset, length, body } of lines) {
      const at = { segment, offset, length }
      const glance = glanceAt(body)
      const content = glance === undefined ? parseBody(body) : undefined
      if (content !== undefined && 'after' in content) this.#folder.limit(content.after)
      if (!this.#folder.counts(at)) continue
      if (glance !== undefined) {
        this.seq = Math.max(this.seq, glance.seq)
        for (const { kind, id, attempt } of glance.records)
          this.#table.put({ kind, id }, { rank: 0, seq: glance.seq, writer: segment.writer, attempt, at })
      } else if (content !== undefined && 'seq' in content) this.note(content, at)
    }
  }

  get<K extends LedgerRecord['kind']>(kind: K, id: string): RecordOf<K> | undefined {
    return this.#read(kind, this.roots.recorded(id)) as RecordOf<K> | undefined
  }

  /** How often a record of a key was withdrawn: what is made anew is of another generation. */
  withdrawals(kind: LedgerRecord['kind'], id: string): number {
    return this.#table.withdrawals(kind, id)
  }

  /** The attempts whose records of a key were not withdrawn. */
  attempts(key: string): string[] {
    const { kind, id } = keyOf(key)
    return this.#table.attempts(kind, id)
  }

  /** All records of a kind, in no promised order. */
  *all<K extends LedgerRecord['kind']>(kind: K): Generator<RecordOf<K>> {
    for (const { id } of this.#table.keys(kind)) {
      const record = this.#read(kind, id)
      if (record !== undefined) yield record as RecordOf<K>
    }
  }

  /** The ids of all records of a kind, without reading them. */
  *idsOf(kind: LedgerRecord['kind']): Generator<string> {
    for (const { id } of this.#table.keys(kind)) yield id
  }

  /** How many writers may still append: what reading on looks at. */
  get openSegments(): number {
    return this.#folder.open
  }

  /** False where files that it reads from are gone: another process put segments together. */
  get isUsable(): boolean {
    return this.segments.every(({ path }) => existsSync(path))
  }

  /** The export that was recorded last, whatever its target. */
  getExport(): ExportRecord | undefined {
    let last: { seq: number; record: ExportRecord } | undefined
    for (const record of this.exports()) {
      const seq = this.#seqOf('export', this.roots.recorded(record.target))
      if (last === undefined || seq > last.seq) last = { seq, record }
    }
    return last?.record
  }

  /** The last export to each target. */
  *exports(): Generator<ExportRecord> {
    yield* this.all('export')
    for (const { record } of this.#mirrored.values())
      if (this.#table.get('export', record.target) === undefined) yield this.roots.allHere(record)
  }

  /** True where every export on record stands in the mirror, too. */
  get isMirrored(): boolean {
    return [...this.idsOf('export')].every(id => this.#mirrored.has(`export/${id}`))
  }

  /** Takes note of a commit, as it stands on record, that is durable at a place of a segment. */
  note(commit: SegmentCommit, at: Place): void {
    const { seq } = commit
    this.seq = Math.max(this.seq, seq)
    this.#folder.limit(commit.after)
    for (const record of commit.put ?? []) this.#table.put(keyOf(recordKey(record)), candidateOf(record, seq, at))
    for (const dropped of commit.drop ?? []) this.#table.drop(dropped, seq)
  }

  /** Takes note that a record which holds was copied to another segment. */
  settle(seq: number, record: LedgerRecord, at: Place): void {
    this.#table.settle(keyOf(recordKey(record)), candidateOf(record, seq, at))
  }

  /** All records that hold, as they stand on record, each with its place in the order of commits. */
  *live(): Generator<{ readonly seq: number; readonly record: LedgerRecord }> {
    for (const { kind, id } of this.#table.keys()) {
      const record = this.#readRecorded(kind, id)
      if (record !== undefined) yield { seq: this.#seqOf(kind, id), record }
    }
  }

  close(): void {
    this.#reader.forget()
    for (const segment of this.segments) closeSegment(segment)
  }

  #seqOf(kind: string, id: string): number {
    return (this.#table.get(kind, id) ?? this.#mirrored.get(`${kind}/${id}`))?.seq ?? -1
  }

  #read(kind: string, id: string): LedgerRecord | undefined {
    return this.roots.allHere(this.#readRecorded(kind, id))
  }

  #readRecorded(kind: string, id: string): LedgerRecord | undefined {
    try {
      return this.#lookUp(kind, id)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      // Who only looks may find that segments were put together meanwhile: all of it stands in the new one.
      this.#readAgain()
      return this.#lookUp(kind, id)
    }
  }

  #lookUp(kind: string, id: string): LedgerRecord | undefined {
    const entry = this.#table.get(kind, id)
    if (entry === undefined) return this.#mirrored.get(`${kind}/${id}`)?.record
    return this.#reader.read(entry.at, `${kind}/${id}`, entry.attempt)
  }

  #readAgain(): void {
    this.close()
    this.#folder = new SegmentFolder(this.#folder.folder)
    this.#table = new RecordTable()
    this.#readAll()
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

function candidateOf(record: LedgerRecord, seq: number, at: Place): Candidate {
  const rank = record.kind === 'export' ? (record.fence ?? 0) : 0
  return { rank, seq, writer: at.segment.writer, attempt: attemptOf(record), at }
}
