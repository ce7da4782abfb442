import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StagedFile } from '../util/durable-file.js'
import { hasEnded, identityOf, type ProcessIdentity } from '../util/process-identity.js'
import { listIfThere, remove } from '../util/remove.js'

/** How often a holder gives a sign of life, and how long an observer who sees none waits before it takes over. */
export interface LeaseTiming {
  readonly beatMs: number
  readonly expiryMs: number
}

/**
 * Between two signs of life, and until one that gives none is taken for dead. Environment variables shorten it for tests
 * of what happens once a lease has expired.
 */
export const leaseTiming: LeaseTiming = {
  beatMs: Number(process.env['PAWL_LEASE_BEAT_MS'] ?? 2_000),
  expiryMs: Number(process.env['PAWL_LEASE_EXPIRY_MS'] ?? 30_000),
}

/** So many past fences stay, so that who sees a listing that is late by fewer take-overs finds their names taken. */
const keptFences = 8

/** What stands in a lease's file. Every beat changes it; the last one of an orderly holder says that it let go. */
export interface LeaseNote extends ProcessIdentity {
  readonly state: 'held' | 'released'
  readonly beat: string
}

interface Held {
  readonly fence: number
  readonly note: string
  readonly timing: LeaseTiming
}

/** Who holds a lease, as far as its file tells. */
export interface LeaseHolder {
  readonly host: string
  readonly pid: number
}

export type Claim =
  | { readonly kind: 'granted'; readonly lease: Lease; readonly tookOver: boolean }
  | { readonly kind: 'held'; readonly by: LeaseHolder | undefined }

export interface ClaimOptions {
  readonly folder: string
  readonly name: string
  readonly writer: string
  readonly timing?: LeaseTiming
  /** Fences up to this one were given out before, whatever the folder says. */
  readonly above?: number
  /** Called once where a holder is silent for longer than a beat, so that it has to be watched until it expires. */
  readonly onWait?: (holder: LeaseHolder | undefined, ms: number) => void
  readonly signal?: AbortSignal
  /** Nobody else ever claims the name: it is ended by `endLease` alone, so that a beat looks for that and lists nothing. */
  readonly isOwn?: boolean
}

/** This process no longer has the right that it acted under: another took over, or the lease's file is gone. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
  readonly code = 'lease_lost'
}

/**
 * The right to act under a name, such as `coordinator`, that one process has at a time: a file `<name>.<fence>`,
 * created exclusively. The highest number holds; numbers are never used again, and the last one stays as a
 * tombstone. A holder whose process certainly ended is dead at once; of any other the observer sees by its own
 * clock whether the file still changes. A holder that was stopped for longer finds out when it wakes (`lost`); what
 * it could still do then must be made impossible by who takes over.
 */
export class Lease {
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  #note: string
  #lastBeat = performance.now()

  readonly path: string
  readonly fence: number

  private constructor(readonly held: Pick<ClaimOptions, 'folder' | 'name' | 'isOwn'> & Held) {
    this.path = join(held.folder, `${held.name}.${held.fence}`)
    this.fence = held.fence
    this.#note = held.note
    this.#timer = setInterval(() => this.renew(), held.timing.beatMs)
    this.#timer.unref()
  }

  /** Takes a lease that nobody living holds; watches a doubtful holder for as long as a lease takes to expire. */
  static async claim(options: ClaimOptions): Promise<Claim> {
    const { folder, name, writer, isOwn, timing = leaseTiming, above = 0 } = options
    // A listing may be late: what an exclusive create found taken is there, whatever the listing shows.
    for (let known = 0; ; ) {
      const fences = fencesOf(folder, name)
      const last = Math.max(known, ...fences)
      const state = last === 0 ? 'free' : await judge(join(folder, `${name}.${last}`), options, timing)
      if (typeof state === 'object') return { kind: 'held', by: state.holder }
      const fence = Math.max(last, above) + 1
      const note = noteOf('held')
      const path = join(folder, `${name}.${fence}`)
      known = fence
      if (!createExclusively(path, note, writer)) continue
      if (Math.max(fence, ...fencesOf(folder, name)) !== fence) continue
      for (const old of fences) if (old <= fence - keptFences) remove(join(folder, `${name}.${old}`))
      const lease = new Lease({ folder, name, isOwn, fence, note, timing })
      return { kind: 'granted', lease, tookOver: state === 'dead' }
    }
  }

  /** Aborts once this process no longer holds the lease. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** True where another process holds the lease by now; false also where its file is merely gone. */
  get isTaken(): boolean {
    return Math.max(0, ...fencesOf(this.held.folder, this.held.name)) > this.fence
  }

  /** Looks at the lease's file now, whatever the last beat saw. */
  check(): void {
    const reason = this.lost.aborted ? undefined : this.#whyLost()
    if (reason !== undefined) this.#lose(reason)
    if (this.lost.aborted) throw new LeaseLost(String(this.lost.reason))
  }

  /** Looks whether the lease is still held and gives a sign of life. */
  renew(): void {
    if (this.lost.aborted) return
    try {
      // That a name of one's own is gone is seen by writing.
      const reason = this.held.isOwn ? this.#whoTookOver() : this.#whyLost()
      if (reason !== undefined) {
        this.#lose(reason)
        return
      }
      const note = noteOf('held')
      writeFileSync(this.path, note, { flag: 'r+' })
      this.#note = note
      this.#lastBeat = performance.now()
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException
      if (syscall === undefined) throw error
      if (code === 'ENOENT') this.#lose(`${this.path} was removed`)
      // One beat that cannot be written is no loss; so many that others must take this process for dead are.
      if (performance.now() - this.#lastBeat > this.held.timing.expiryMs)
        this.#lose(
          `its file could not be written for so long that others take it for free (${(error as Error).message})`,
        )
    }
  }

  release(): void {
    clearInterval(this.#timer)
    if (this.lost.aborted || this.#whyLost() !== undefined) return
    try {
      writeFileSync(this.path, noteOf('released'), { flag: 'r+' })
    } catch (error) {
      // An unreleased lease of a process that ended is free all the same.
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    }
  }

  /** Gives the name up and takes the file away: for names that nobody else will ever claim. */
  withdraw(): void {
    clearInterval(this.#timer)
    if (!this.lost.aborted && this.#whyLost() === undefined) remove(this.path)
  }

  #lastFence(): number {
    const { folder, name, isOwn } = this.held
    if (!isOwn) return Math.max(0, ...fencesOf(folder, name))
    return existsSync(join(folder, `${name}.${this.fence + 1}`)) ? this.fence + 1 : this.fence
  }

  #lose(reason: string): void {
    clearInterval(this.#timer)
    this.#lost.abort(`the lease ${this.held.name} was lost: ${reason}`)
  }

  #whyLost(): string | undefined {
    const isStanding = this.held.isOwn ? existsSync(this.path) : readIfThere(this.path) === this.#note
    return this.#whoTookOver() ?? (isStanding ? undefined : `${this.path} was removed or overwritten`)
  }

  #whoTookOver(): string | undefined {
    const last = this.#lastFence()
    return last > this.fence ? `another process took it over (${this.path} → ${last})` : undefined
  }
}

/**
 * Ends the lease of a holder that is taken for dead, so that it finds it lost when it wakes. Nothing else can hold the
 * name afterwards.
 *
 * @returns false where somebody else ended it before
 */
export function endLease({
  folder,
  name,
  fence,
  writer,
}: Pick<ClaimOptions, 'folder' | 'name' | 'writer'> & { readonly fence: number }): boolean {
  return createExclusively(join(folder, `${name}.${fence + 1}`), noteOf('released'), writer)
}

function fencesOf(folder: string, name: string): number[] {
  return listIfThere(folder).flatMap(entry => {
    const fence = entry.startsWith(`${name}.`) ? entry.slice(name.length + 1) : ''
    return /^\d{1,15}$/.test(fence) ? [Number(fence)] : []
  })
}

/** Of the same length whatever it says, so that a new note takes the old one's place whole. */
function noteOf(state: LeaseNote['state']): string {
  const note: LeaseNote = { ...identityOf(process.pid), state, beat: randomBytes(6).toString('hex') }
  return `${JSON.stringify(note).padEnd(noteBytes - 1)}\n`
}

const noteBytes = 512

async function judge(
  path: string,
  { onWait, signal }: ClaimOptions,
  { beatMs, expiryMs }: LeaseTiming,
): Promise<'free' | 'dead' | { readonly holder: LeaseHolder | undefined }> {
  const seen = readIfThere(path)
  if (seen === undefined) return 'free'
  const note = parseNote(seen)
  if (note?.state === 'released') return 'free'
  if (note !== undefined && hasEnded(note)) return 'dead'
  const started = performance.now()
  let isTold = false
  while (performance.now() - started < expiryMs) {
    if (!isTold && performance.now() - started > beatMs * 1.5) {
      isTold = true
      onWait?.(note, expiryMs)
    }
    await delay(Math.min(100, beatMs / 2, expiryMs / 4), undefined, { signal })
    const now = readIfThere(path)
    if (now === undefined || parseNote(now)?.state === 'released') return 'free'
    if (now !== seen) return { holder: note }
    if (note !== undefined && hasEnded(note)) return 'dead'
  }
  return 'dead'
}

export function parseNote(text: string): LeaseNote | undefined {
  try {
    const note = JSON.parse(text) as Partial<LeaseNote> | null
    return typeof note?.pid === 'number' && typeof note.host === 'string' ? (note as LeaseNote) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function createExclusively(path: string, note: string, writer: string): boolean {
  for (let attempt = 1; ; attempt++) {
    const file = StagedFile.create(dirname(path), writer, 'lease')
    file.write(Buffer.from(note))
    file.seal()
    try {
      return file.publish(path)
    } catch (error) {
      // Who opens the job takes away what it knows nobody of; a process that is about to enter tries again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === mostAttempts) throw error
    }
  }
}

const mostAttempts = 5

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
