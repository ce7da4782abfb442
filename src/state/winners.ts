import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LedgerRecord } from '../core/records.js'
import { hasNoLinks, linkNew } from '../util/link-new.js'
import { listIfThere, remove } from '../util/remove.js'
import type { Roots } from '../util/roots.js'
import { stagingPath } from '../util/staging.js'
import { encodeOwnFile, readOwnFile } from './own-file.js'

export type Race =
  | { readonly kind: 'won' }
  /** Another attempt came first: what it made counts. */
  | { readonly kind: 'lost'; readonly records: readonly LedgerRecord[] }

/**
 * Which of several attempts at the same unit counts: the first to create `<epoch>.<id>.<generation>`, a file that holds
 * the records of what it made. It needs no sync: it orders processes that live, and what was committed is in the
 * ledger. A redo after damage is of the next generation, so that late news of the last one changes nothing.
 */
export class Winners {
  constructor(
    readonly directory: { readonly winners: string; readonly roots: Roots },
    readonly epoch: number,
    readonly writer: string,
  ) {}

  get folder(): string {
    return this.directory.winners
  }

  /** Enters what an attempt made; of those that do, the first wins. */
  enter(id: string, generation: number, records: readonly LedgerRecord[]): Race {
    for (let number = generation; ; number++) {
      const path = join(this.folder, `${this.epoch}.${id}.${number}`)
      if (this.#create(path, this.directory.roots.allRecorded(records))) return { kind: 'won' }
      const found = readOwnFile<readonly LedgerRecord[]>(path)
      if (found.kind === 'read') return { kind: 'lost', records: this.directory.roots.allHere(found.content) }
      // Cut short by a crash of the machine: nothing that it named is on record, or it would not be run again.
    }
  }

  /** Those of earlier epochs. */
  stale(): string[] {
    return listIfThere(this.folder).flatMap(name => {
      const [, of] = /^(\d+)\.[0-9a-z]+\.\d+$/.exec(name) ?? []
      return of !== undefined && Number(of) < this.epoch ? [join(this.folder, name)] : []
    })
  }

  #create(path: string, records: readonly LedgerRecord[]): boolean {
    const content = encodeOwnFile(path, records)
    const staged = stagingPath(this.folder, this.writer, 'winner')
    try {
      writeFileSync(staged, content, { flag: 'wx' })
      // What stands there tells whose it is, also where an inode says nothing.
      return linkNew(staged, path) || isOwn(path, content)
    } catch (error) {
      if (hasNoLinks(error)) return createWithoutLink(path, content)
      throw error
    } finally {
      remove(staged)
    }
  }
}

function isOwn(path: string, content: string): boolean {
  const found = readOwnFile<unknown>(path)
  return found.kind === 'read' && encodeOwnFile(path, found.content) === content
}

function createWithoutLink(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
