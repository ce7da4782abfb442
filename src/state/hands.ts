import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { hasEnded } from '../util/process-identity.js'
import { listIfThere, remove } from '../util/remove.js'
import { endLease, Lease, type LeaseHolder, LeaseLost, leaseTiming, parseNote, readIfThere } from './lease.js'

/** `left` in order, or was never seen; `dead`: ended without a word, or gave no sign of life for as long as a lease takes to expire. */
export type HandState = 'living' | 'dead' | 'left'

const prefix = 'process-'
/** A process joins once, so that its lease has this number; the next one is its tombstone. */
const fence = 1

interface Sight {
  readonly note: string
  readonly at: number
}

/**
 * The processes that work on a job, each with a lease of its own, `process-<writer>`. Whether another one lives is
 * judged by this one's own clock: by whether its lease's file changes.
 */
export class Hands {
  readonly #sights = new Map<string, Sight>()

  constructor(
    readonly folder: string,
    readonly writer: string,
  ) {}

  /** Enters this process, which from then on gives signs of life. */
  async join(): Promise<Lease> {
    const { folder, writer } = this
    const claim = await Lease.claim({ folder, name: `${prefix}${writer}`, writer, isOwn: true })
    if (claim.kind !== 'granted') throw new LeaseLost('another process has the name of this one')
    return claim.lease
  }

  /** The writers of all others that entered and did not leave, as far as the folder shows. */
  others(): string[] {
    const names = listIfThere(this.folder).filter(name => name.startsWith(prefix) && name.endsWith(`.${fence}`))
    return names
      .map(name => name.slice(prefix.length, -`.${fence}`.length))
      .filter(writer => writer !== this.writer)
      .filter(writer => this.stateOf(writer) !== 'left')
  }

  stateOf(writer: string): HandState {
    if (readIfThere(this.#path(writer, fence + 1)) !== undefined) return 'dead'
    const text = readIfThere(this.#path(writer, fence))
    if (text === undefined) return 'left'
    const note = parseNote(text)
    if (note?.state === 'released') return 'left'
    if (note !== undefined && hasEnded(note)) return 'dead'
    const seen = this.#sights.get(writer)
    const now = performance.now()
    if (seen?.note !== text) {
      this.#sights.set(writer, { note: text, at: now })
      return 'living'
    }
    return now - seen.at > leaseTiming.expiryMs ? 'dead' : 'living'
  }

  holderOf(writer: string): LeaseHolder | undefined {
    const text = readIfThere(this.#path(writer, fence))
    return text === undefined ? undefined : parseNote(text)
  }

  /** Sees to it that a process which is taken for dead does nothing more once it wakes. */
  bury(writer: string): void {
    endLease({ folder: this.folder, name: `${prefix}${writer}`, fence, writer: this.writer })
  }

  /**
   * Watches the others until one of them gives a sign of life, or all are known to have ended.
   *
   * @returns one that lives; undefined where none does
   */
  async findLiving({
    onWait,
    signal,
  }: {
    readonly onWait?: (holder: LeaseHolder | undefined, ms: number) => void
    readonly signal?: AbortSignal
  }): Promise<string | undefined> {
    const { beatMs, expiryMs } = leaseTiming
    const first = new Map(this.others().map(writer => [writer, readIfThere(this.#path(writer, fence))]))
    const started = performance.now()
    let isTold = false
    for (;;) {
      const doubtful = [...first.keys()].filter(writer => this.stateOf(writer) === 'living')
      const living = doubtful.find(writer => readIfThere(this.#path(writer, fence)) !== first.get(writer))
      if (living !== undefined || doubtful.length === 0) return living
      if (!isTold && performance.now() - started > beatMs * 1.5) {
        isTold = true
        onWait?.(this.holderOf(doubtful[0]), expiryMs)
      }
      await delay(Math.min(100, beatMs / 2, expiryMs / 4), undefined, { signal })
    }
  }

  /** Takes away what is left of processes that are gone. To be called where none lives and nobody can enter. */
  clear(): void {
    for (const name of listIfThere(this.folder))
      if (name.startsWith(prefix) && !name.startsWith(`${prefix}${this.writer}.`)) remove(join(this.folder, name))
  }

  #path(writer: string, number: number): string {
    return join(this.folder, `${prefix}${writer}.${number}`)
  }
}
