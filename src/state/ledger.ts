import { closeSync, openSync, readdirSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Database, RootDatabase } from 'lmdb'
import { type LedgerRecord, recordKey } from '../core/records.js'
import { readRange, removeIfThere, syncFolder } from '../util/durable-file.js'

type RecordOf<K extends LedgerRecord['kind']> = Extract<LedgerRecord, { readonly kind: K }>

/** A record with its place in the order of commits, over all writers. */
interface Entry {
  readonly seq: number
  readonly record: LedgerRecord | null
}

/**
 * The durable record of what a job has committed. Only the holder of the job's lock opens it: each
 * coordinator writes a file of its own, `<host>-<pid>-<random>.mdb`, into which it first takes over what
 * the files of dead coordinators hold. Once `commit` has resolved, its records survive a power cut; a
 * crash before leaves none of them.
 */
export class Ledger {
  #seq = 0

  private constructor(
    readonly path: string,
    readonly db: RootDatabase<Entry, string>,
  ) {}

  static async open(folder: string, random: string): Promise<Ledger> {
    const { open } = await import('lmdb')
    const others = readdirSync(folder).filter(name => name.endsWith('.mdb'))
    const path = join(folder, `${hostname()}-${process.pid}-${random}.mdb`)
    closeSync(openSync(path, 'wx'))
    const ledger = new Ledger(
      path,
      open<Entry, string>({ path, encoding: 'json', overlappingSync: false, maxReaders: 8 }),
    )
    const openOther = (file: string) => open<Entry, string>({ path: file, encoding: 'json', readOnly: true })
    for (const name of others) if (wasEverCommitted(join(folder, name))) ledger.#takeOver(openOther(join(folder, name)))
    await ledger.db.put('opened', { seq: ledger.#seq, record: null })
    await ledger.db.flushed
    syncFolder(folder)
    for (const name of others) {
      removeIfThere(join(folder, name))
      removeIfThere(join(folder, `${name}-lock`))
    }
    return ledger
  }

  get<K extends LedgerRecord['kind']>(kind: K, id: string): RecordOf<K> | undefined {
    return (this.db.get(`${kind}/${id}`)?.record ?? undefined) as RecordOf<K> | undefined
  }

  getExport(): RecordOf<'export'> | undefined {
    return (this.db.get('export')?.record ?? undefined) as RecordOf<'export'> | undefined
  }

  /** All records of a kind, in no promised order. */
  *all<K extends LedgerRecord['kind']>(kind: K): Generator<RecordOf<K>> {
    for (const { value } of this.db.getRange({ start: `${kind}/`, end: `${kind}0` })) {
      if (value.record !== null) yield value.record as RecordOf<K>
    }
  }

  /** Commits records together: after a crash either all of them are there or none. */
  async commit(records: readonly LedgerRecord[]): Promise<void> {
    await this.#write(records.map(record => ({ key: recordKey(record), record })))
  }

  /** Withdraws what no longer holds, such as a checkpoint that was found damaged. */
  async withdraw(records: readonly LedgerRecord[]): Promise<void> {
    await this.#write(records.map(record => ({ key: recordKey(record), record: null })))
  }

  async close(): Promise<void> {
    await this.db.close()
  }

  async #write(changes: readonly { readonly key: string; readonly record: LedgerRecord | null }[]): Promise<void> {
    const seq = ++this.#seq
    await this.db.transaction(() => {
      for (const { key, record } of changes) this.db.put(key, { seq, record })
    })
    await this.db.flushed
  }

  #takeOver(other: Database<Entry, string>): void {
    for (const { key, value } of other.getRange({})) {
      this.#seq = Math.max(this.#seq, value.seq)
      const own = this.db.get(key)
      if (own === undefined || own.seq < value.seq) void this.db.put(key, value)
    }
    void other.close()
  }
}

const pageBytes = 4096
/** Where a meta page holds LMDB's magic number, behind its page header. */
const magicOffset = 24
const magic = 0xbeefc0de

/**
 * True where a ledger file may hold commits: both its meta pages are there. They are synced before the
 * first commit returns, so that a file without them was never vouched for; LMDB itself must not be asked,
 * as it takes the process down over such a file.
 */
function wasEverCommitted(path: string): boolean {
  if (statSync(path).size < 2 * pageBytes) return false
  const pages = readRange(path, 0, 2 * pageBytes)
  return [0, pageBytes].every(page => pages.readUInt32LE(page + magicOffset) === magic)
}
