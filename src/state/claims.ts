import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasNoLinks, linkNew } from '../util/link-new.js'
import { listIfThere, remove } from '../util/remove.js'
import { stagingPath } from '../util/staging.js'
import type { HandState } from './hands.js'
import { readIfThere } from './lease.js'

/** `mine`, or held by another that lives. */
export type ClaimState = { readonly kind: 'mine' } | { readonly kind: 'held'; readonly by: string }

export interface ClaimSettings {
  readonly folder: string
  /** Claims of other epochs are none. */
  readonly epoch: number
  readonly writer: string
  readonly stateOf: (writer: string) => HandState
  /** Called before what a dead process held is taken: sees to it that it can do nothing more. */
  readonly onDead: (writer: string) => Promise<void>
}

/**
 * Who works on what, so that processes on one job do not do the same work: for each part of it a file
 * `<epoch>.<name>.<number>`, created exclusively, that says who took it. It holds as long as that process lives; then
 * the next number may be taken. It only saves work: what counts is decided by winners.
 */
export class Claims {
  /** The highest number of each name that was seen. */
  readonly #numbers = new Map<string, number>()
  readonly #mine = new Set<string>()
  /** A file that says who this is; claims are links to it, so that they are there whole or not at all. */
  #identity: string | undefined

  constructor(readonly settings: ClaimSettings) {}

  /** Takes a part of the work that nobody living holds. */
  async take(name: string): Promise<ClaimState> {
    if (this.#mine.has(name)) return { kind: 'mine' }
    const { folder, epoch, writer, stateOf, onDead } = this.settings
    for (let number = this.#numbers.get(name) ?? 1; ; number++) {
      const path = join(folder, `${epoch}.${name}.${number}`)
      const holder = this.#create(path) ? writer : readIfThere(path)?.trim()
      this.#numbers.set(name, number)
      if (holder === writer) {
        this.#mine.add(name)
        return { kind: 'mine' }
      }
      if (holder === undefined || holder === '') continue
      const state = stateOf(holder)
      if (state === 'living') return { kind: 'held', by: holder }
      if (state === 'dead') await onDead(holder)
    }
  }

  /** Lets go of all; what was claimed stays claimed as long as this process lives. */
  close(): void {
    if (this.#identity !== undefined) remove(this.#identity)
    this.#identity = undefined
  }

  /** What is left of earlier epochs. */
  stale(): string[] {
    const { folder, epoch } = this.settings
    return listIfThere(folder).flatMap(name => {
      const [, of] = /^(\d+)\..+\.\d+$/.exec(name) ?? []
      return of !== undefined && Number(of) < epoch ? [join(folder, name)] : []
    })
  }

  #create(path: string): boolean {
    try {
      return linkNew(this.#identityFile(), path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EMLINK') {
        this.close()
        return this.#create(path)
      }
      // Some file systems have no hard links; there a file that is not written yet counts as nobody's for a moment.
      if (hasNoLinks(error)) return createWithoutLink(path, this.settings.writer)
      throw error
    }
  }

  #identityFile(): string {
    if (this.#identity === undefined) {
      const { folder, writer } = this.settings
      this.#identity = stagingPath(folder, writer, 'claims')
      writeFileSync(this.#identity, `${writer}\n`, { flag: 'wx' })
    }
    return this.#identity
  }
}

function createWithoutLink(path: string, writer: string): boolean {
  try {
    writeFileSync(path, `${writer}\n`, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
