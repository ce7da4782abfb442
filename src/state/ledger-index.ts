import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { type ExportRecord, type LedgerRecord, recordKey } from '../core/records.js'
import { listIfThere } from '../util/remove.js'
import { readOwnFile } from './own-file.js'
import { readCommit, readSegment, type SegmentCommit, type SegmentHeader } from './segment.js'

export type RecordOf<K extends LedgerRecord['kind']> = Extract<LedgerRecord, { readonly kind: K }>

/** Where the latest record of a key stands; no place where it was withdrawn. */
interface Entry {
  readonly seq: number
  readonly at?: { readonly segment: Segment; readonly offset: number; readonly length: number }
}

/** A segment file, open for reading once something of it is asked for. */
interface Segment {
  readonly path: string
  readonly writer: string
  readonly fence: number
  /** Bytes that hold whole lines. */
  size: number
  fd: number | undefined
}

/** `exports.json`: the exports on record once more, since losing them would make the job's own result a stranger's. */
export interface MirroredExports {
  readonly seq: number
  readonly exports: readonly ExportRecord[]
}

/**
 * What the segments of a job's writers say, taken together: for every key the record of the latest commit. Keeps
 * only places in memory and reads a record, verified, when it is asked for. Reading it changes nothing on the disk.
 */
export class LedgerIndex {
  readonly segments: Segment[] = []
  /** What could not be read, in sentences. */
  readonly damages: string[] = []
  seq = 0
  /** All who ever wrote to the job, also where their segments have been put together into another's. */
  readonly writers = new Set<string>()
  readonly #entries = new Map<string, Entry>()
  readonly #mirrored = new Map<string, { seq: number; record: ExportRecord }>()

  /** True where every export on record stands in the mirror, too. */
  get isMirrored(): boolean {
    return [...this.all('export')].every(record => this.#mirrored.has(recordKey(record)))
  }

  /** Reads the segments in a folder, in any order, and the mirror of exports. */
  static read(folder: string, mirror: string): LedgerIndex {
    const index = new LedgerIndex()
    const files = listIfThere(folder)
      .filter(name => name.endsWith('.segment'))
      .map(name => new SegmentScan(join(folder, name), name.slice(0, -'.segment'.length)))
    const limits = limitsOf(files)
    for (const { segment, header } of files)
      for (const writer of [segment.writer, ...Object.keys(header?.after ?? {})]) index.writers.add(writer)
    for (const file of files) index.#adopt(file, limits.get(file.segment.writer) ?? Number.POSITIVE_INFINITY)
    index.#readMirror(mirror)
    return index
  }

  get<K extends LedgerRecord['kind']>(kind: K, id: string): RecordOf<K> | undefined {
    return this.#read(`${kind}/${id}`) as RecordOf<K> | undefined
  }

  /** All records of a kind, in no promised order. */
  *all<K extends LedgerRecord['kind']>(kind: K): Generator<RecordOf<K>> {
    for (const key of [...this.#entries.keys()]) {
      if (!key.startsWith(`${kind}/`)) continue
      const record = this.#read(key)
      if (record !== undefined) yield record as RecordOf<K>
    }
  }

  /** The export that was recorded last, whatever its target. */
  getExport(): ExportRecord | undefined {
    let last: { seq: number; record: ExportRecord } | undefined
    for (const record of this.exports()) {
      const seq = this.#seqOf(recordKey(record))
      if (last === undefined || seq > last.seq) last = { seq, record }
    }
    return last?.record
  }

  /** The last export to each target. */
  *exports(): Generator<ExportRecord> {
    yield* this.all('export')
    for (const [key, { record }] of this.#mirrored) if (!this.#entries.has(key)) yield record
  }

  /** Takes note of a commit that is durable at a place of a segment. */
  note(commit: SegmentCommit, at: NonNullable<Entry['at']>): void {
    this.seq = Math.max(this.seq, commit.seq)
    for (const record of commit.put ?? []) this.#set(recordKey(record), { seq: commit.seq, at })
    for (const key of commit.drop ?? []) this.#set(key, { seq: commit.seq })
  }

  /** All records that hold, each with its place in the order of commits. */
  *live(): Generator<{ readonly seq: number; readonly record: LedgerRecord }> {
    for (const [key, { seq }] of this.#entries) {
      const record = this.#read(key)
      if (record !== undefined) yield { seq, record }
    }
  }

  close(): void {
    for (const segment of this.segments) {
      if (segment.fd !== undefined) closeSync(segment.fd)
      segment.fd = undefined
    }
  }

  #set(key: string, entry: Entry): void {
    const known = this.#entries.get(key)
    if (known === undefined || known.seq <= entry.seq) this.#entries.set(key, entry)
  }

  #seqOf(key: string): number {
    return (this.#entries.get(key) ?? this.#mirrored.get(key))?.seq ?? -1
  }

  #read(key: string): LedgerRecord | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return this.#mirrored.get(key)?.record
    if (entry.at === undefined) return undefined
    const { segment, offset, length } = entry.at
    segment.fd ??= openSync(segment.path, 'r')
    return readCommit(segment.fd, offset, length)?.put?.find(record => recordKey(record) === key)
  }

  #adopt({ segment, lines, damages }: SegmentScan, limit: number): void {
    this.segments.push(segment)
    this.damages.push(...damages)
    for (const { offset, length, commit } of lines) {
      if (offset + length > limit) break
      this.note(commit, { segment, offset, length })
    }
    segment.size = Math.min(segment.size, limit)
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

/** What stands in one segment file. */
class SegmentScan {
  readonly segment: Segment
  readonly lines: { offset: number; length: number; commit: SegmentCommit }[] = []
  readonly damages: string[] = []
  header: SegmentHeader | undefined

  constructor(path: string, name: string) {
    let size = 0
    for (const line of readSegment(path)) {
      if (line.kind === 'torn') continue
      size = line.offset + line.length
      if (line.kind === 'damaged')
        this.damages.push(`${path}, line ${line.number + 1} (byte ${line.offset}): damaged; what it recorded is redone`)
      else if ('pawl' in line.content) this.header ??= line.content
      else if ('seq' in line.content)
        this.lines.push({ offset: line.offset, length: line.length, commit: line.content })
    }
    // A segment under another's name, as files get mixed up, is still its writer's.
    const { writer = name, fence = 0 } = this.header ?? {}
    this.segment = { path, writer, fence, size, fd: undefined }
  }
}

/** How far each writer's segment counts: up to where the first of those who took over found it. */
function limitsOf(files: readonly SegmentScan[]): Map<string, number> {
  const limits = new Map<string, number>()
  for (const { header } of files) {
    for (const [writer, bytes] of Object.entries(header?.after ?? {}))
      limits.set(writer, Math.min(limits.get(writer) ?? Number.POSITIVE_INFINITY, bytes))
  }
  return limits
}
