import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { attemptOf, recordKey } from '../core/record-keys.js'
import type { LedgerRecord } from '../core/records.js'
import { syncFolder } from '../util/durable-file.js'
import { remove } from '../util/remove.js'
import type { Roots } from '../util/roots.js'
import { jobFormat } from './job-format.js'
import { LedgerIndex, type MirroredExports, type RecordOf } from './ledger-index.js'
import { writeOwnFile } from './own-file.js'
import { encodeLine, type SegmentCommit, type SegmentContent } from './segment.js'
import { closeSegment, type Segment } from './segment-reader.js'

const sync = promisify(fdatasync)

/** What the ledger can be asked, also by who only looks. */
export type LedgerView = Pick<LedgerIndex, 'get' | 'all' | 'idsOf' | 'getExport' | 'exports'>

export interface LedgerSettings {
  readonly folder: string
  /** The file that holds the exports on record once more. */
  readonly mirror: string
  readonly writer: string
  readonly fence: number
  readonly version: string
  /** True where nobody else writes: what earlier writers left is closed, and put together where it is much. */
  readonly isAlone: boolean
  /** Throws where this process no longer holds the right to write. */
  readonly guard: () => void
  /** What was read of it before: only what came since is read. */
  readonly found?: LedgerIndex
  /** What paths are put on record by. */
  readonly roots?: Roots
}

interface Waiting {
  readonly change: Omit<SegmentCommit, 'seq'>
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** More earlier segments than this are put together into the new one. */
const mostSegments = 8

/**
 * The durable record of what a job has committed: for each process that wrote an append-only segment of checksummed
 * lines, `<writer>.segment`. A commit counts once its line is synced; a crash before leaves none of it. Damage to a
 * line costs what that line recorded. What the segments say together is an index in memory, made when a job is opened.
 */
export class Ledger implements LedgerView {
  #number = 0
  #position = 0
  #failure: { readonly error: unknown } | undefined
  #waiting: Waiting[] = []
  #isWriting = false
  readonly #segment: Segment

  private constructor(
    readonly settings: LedgerSettings,
    readonly index: LedgerIndex,
    readonly file: { readonly path: string; readonly fd: number },
  ) {
    this.#segment = { path: file.path, writer: settings.writer, fence: settings.fence, size: 0, fd: undefined }
  }

  /** Begins a segment of this process's own. */
  static async open(settings: LedgerSettings): Promise<Ledger> {
    const { folder, writer, fence, version } = settings
    const index = settings.found?.isUsable ? settings.found : LedgerIndex.read(folder, settings.mirror, settings.roots)
    index.refresh()
    const earlier = [...index.segments]
    const path = join(folder, `${writer}.segment`)
    const ledger = new Ledger(settings, index, { path, fd: openSync(path, 'ax') })
    index.segments.push(ledger.#segment)
    const sizes = new Map(earlier.map(segment => [segment.writer, segment.size]))
    const after = settings.isAlone
      ? Object.fromEntries([...index.writers].map(name => [name, sizes.get(name) ?? 0]))
      : {}
    ledger.#append({ pawl: 'ledger', format: jobFormat, version, writer, fence, after })
    const isCompacting = settings.isAlone && earlier.length > mostSegments
    if (isCompacting) for (const { seq, record } of index.live()) ledger.#copy(seq, record)
    await sync(ledger.file.fd)
    syncFolder(folder)
    if (isCompacting) ledger.#removeSegments(earlier)
    // A mirror that was lost or damaged is made again at once: until then a second damage would lose the exports.
    if (!index.isMirrored) ledger.#mirrorExports()
    return ledger
  }

  get<K extends LedgerRecord['kind']>(kind: K, id: string): RecordOf<K> | undefined {
    return this.index.get(kind, id)
  }

  all<K extends LedgerRecord['kind']>(kind: K): Generator<RecordOf<K>> {
    return this.index.all(kind)
  }

  idsOf(kind: LedgerRecord['kind']): Generator<string> {
    return this.index.idsOf(kind)
  }

  getExport(): RecordOf<'export'> | undefined {
    return this.index.getExport()
  }

  exports(): Generator<RecordOf<'export'>> {
    return this.index.exports()
  }

  withdrawals(kind: LedgerRecord['kind'], id: string): number {
    return this.index.withdrawals(kind, id)
  }

  /**
   * Learns what others committed since.
   *
   * @returns what was new of it
   */
  refresh(): readonly SegmentCommit[] {
    return this.index.refresh(this.file.path)
  }

  /** Of a writer that was taken for dead nothing counts that it appends from now on. */
  async closeSegmentOf(writer: string): Promise<void> {
    this.refresh()
    const bytes = this.index.segments.find(segment => segment.writer === writer)?.size ?? 0
    await this.#enqueue({ after: { [writer]: bytes } })
  }

  /** Commits records together: after a crash either all of them are there or none. */
  async commit(records: readonly LedgerRecord[]): Promise<void> {
    await this.#enqueue({ put: this.index.roots.allRecorded(records) })
    if (records.some(({ kind }) => kind === 'export')) this.#mirrorExports()
  }

  /**
   * Withdraws what no longer holds, such as a checkpoint that was found damaged, with all that earlier attempts recorded
   * under the same keys: else that would hold again. What others make meanwhile stays.
   */
  async withdraw(records: readonly LedgerRecord[]): Promise<void> {
    const dropped = new Set(this.index.roots.allRecorded(records).flatMap(record => this.#withdrawalsOf(record)))
    if (dropped.size > 0) await this.#enqueue({ drop: [...dropped] })
  }

  /** Ends the segment; nobody appends to it again. */
  async close(): Promise<void> {
    try {
      if (this.#failure === undefined) {
        this.#append({ closed: true })
        await sync(this.file.fd)
      }
    } catch (error) {
      // Everything that was committed is synced already; a segment without its last line is one of a crash.
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    } finally {
      closeSync(this.file.fd)
      this.index.close()
    }
  }

  /** Commits that come while others are being synced share the next sync. */
  async #enqueue(change: Waiting['change']): Promise<void> {
    const settled = new Promise<void>((done, failed) => this.#waiting.push({ change, done, failed }))
    if (!this.#isWriting) void this.#writeWaiting()
    await settled
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0)
      try {
        // What follows a torn or unsynced line would be lost with it.
        if (this.#failure !== undefined) throw this.#failure.error
        this.settings.guard()
        const notes = batch.map(({ change }) => this.#place({ ...change, seq: ++this.index.seq }))
        await sync(this.file.fd)
        for (const note of notes) note()
        for (const { done } of batch) done()
      } catch (error) {
        this.#failure ??= { error }
        for (const { failed } of batch) failed(error)
      }
    }
    this.#isWriting = false
  }

  #withdrawalsOf(record: LedgerRecord): string[] {
    const key = recordKey(record)
    const attempt = attemptOf(record)
    return attempt === undefined ? [key] : [attempt, ...this.index.attempts(key)].map(each => `${key}@${each}`)
  }

  #copy(seq: number, record: LedgerRecord): void {
    const offset = this.#position
    const length = this.#append({ seq, put: [record] })
    this.index.settle(seq, record, { segment: this.#segment, offset, length })
  }

  /** Appends a commit; what is returned makes it visible, to be called once it is synced. */
  #place(commit: SegmentCommit): () => void {
    const offset = this.#position
    const length = this.#append(commit)
    return () => this.index.note(commit, { segment: this.#segment, offset, length })
  }

  #append(content: SegmentContent): number {
    const line = encodeLine(this.#number++, content)
    for (let done = 0; done < line.length; ) done += writeSync(this.file.fd, line, done)
    this.#position += line.length
    this.#segment.size = this.#position
    return line.length
  }

  #mirrorExports(): void {
    const exports = this.index.roots.allRecorded([...this.index.exports()])
    const content: MirroredExports = { seq: this.index.seq, exports }
    writeOwnFile(this.settings.mirror, content, this.settings.writer)
  }

  #removeSegments(segments: readonly Segment[]): void {
    for (const segment of segments) {
      closeSegment(segment)
      remove(segment.path)
      this.index.segments.splice(this.index.segments.indexOf(segment), 1)
    }
  }
}
