import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { RunStatus } from '../core/process-status.js'
import { hasEnded, identityOf, type ProcessIdentity } from '../util/process-identity.js'
import { listIfThere, remove } from '../util/remove.js'
import { stagingPath } from '../util/staging.js'

/** `metadata/status/<writer>.json`: what one process says of its run of a job. */
export interface ProcessStatus extends RunStatus, ProcessIdentity {
  readonly format: 1
  readonly writer: string
  /** Another number at every beat. */
  readonly beat: number
  /** By the clock of its host. */
  readonly written_at: string
}

/** A status as it was found. */
export interface SeenStatus {
  readonly path: string
  readonly status: ProcessStatus
  /** How long ago it was written, by the clock of the file system and this host; never below 0. */
  readonly ageMs: number
}

export interface StatusSettings {
  readonly folder: string
  readonly writer: string
  readonly beatMs: number
  readonly look: () => RunStatus
  /** Told once where the file cannot be written; the job goes on without it. */
  readonly onFailure: (message: string) => void
  /** Told once, in a sentence, where somebody asks this process to stop. */
  readonly onStop: (reason: string) => void
}

/**
 * Says at every beat how a run stands, and looks whether it is asked to stop. The file is replaced as a whole, and not
 * synced: after a power cut nobody needs it.
 */
export class StatusBeat {
  readonly path: string
  readonly #request: string
  readonly #timer: NodeJS.Timeout
  #beat = 0
  #hasFailed = false
  #isAsked = false

  constructor(readonly settings: StatusSettings) {
    this.path = join(settings.folder, `${settings.writer}.json`)
    this.#request = stopRequestPath(settings.folder, settings.writer)
    this.#timer = setInterval(() => this.write(), settings.beatMs)
    this.#timer.unref()
  }

  write(): void {
    const { folder, writer, look } = this.settings
    this.#lookForRequest()
    const status: ProcessStatus = {
      ...{ format: 1, writer, ...identityOf(process.pid), beat: ++this.#beat, written_at: new Date().toISOString() },
      ...look(),
    }
    try {
      const staged = stagingPath(folder, writer, 'status')
      writeFileSync(staged, `${JSON.stringify(status)}\n`)
      renameSync(staged, this.path)
    } catch (error) {
      const { syscall, message } = error as NodeJS.ErrnoException
      if (syscall === undefined) throw error
      if (!this.#hasFailed)
        this.settings.onFailure(`${this.path} cannot be written (${message}); monitors do not see this run`)
      this.#hasFailed = true
    }
  }

  /** Says the last word, and takes away a request that it answers. */
  end(): void {
    clearInterval(this.#timer)
    this.write()
    remove(this.#request)
  }

  #lookForRequest(): void {
    if (this.#isAsked) return
    const request = readJson<StopRequest>(this.#request)
    if (request === undefined) return
    this.#isAsked = true
    this.settings.onStop(typeof request.reason === 'string' ? request.reason : 'it was asked to stop')
  }
}

interface StopRequest {
  readonly reason: string
  readonly at: string
}

function stopRequestPath(folder: string, writer: string): string {
  return join(folder, `${writer}.stop`)
}

/** Asks one process to stop in order, whichever host it is on: it looks at every beat. */
export function requestStop(
  folder: string,
  writer: string,
  asker: { readonly writer: string; readonly reason: string },
): void {
  const request: StopRequest = { reason: asker.reason, at: new Date().toISOString() }
  const staged = stagingPath(folder, asker.writer, 'stop')
  writeFileSync(staged, `${JSON.stringify(request)}\n`)
  renameSync(staged, stopRequestPath(folder, writer))
}

/** Takes back a request that nobody answers any more. */
export function withdrawStop(folder: string, writer: string): void {
  remove(stopRequestPath(folder, writer))
}

/** What the processes of a job say of themselves, the latest first; files that are no status are passed over. */
export function readStatuses(folder: string): SeenStatus[] {
  return listIfThere(folder)
    .filter(name => name.endsWith('.json') && !name.startsWith('.'))
    .flatMap((name): SeenStatus[] => {
      const seen = readStatus(join(folder, name))
      return seen === undefined ? [] : [seen]
    })
    .sort((a, b) => a.ageMs - b.ageMs)
}

/** One status; undefined where it is gone or is none. */
export function readStatus(path: string): SeenStatus | undefined {
  const status = readJson<ProcessStatus>(path)
  if (status?.format !== 1 || status.writer !== basename(path, '.json')) return undefined
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  return mtimeMs === undefined ? undefined : { path, status, ageMs: Math.max(0, Date.now() - mtimeMs) }
}

/** Removes what processes that ended said of earlier runs; the last words of the latest stay until the next run ends. */
export function clearStatuses(folder: string, writer: string): void {
  const others = readStatuses(folder).filter(({ status }) => status.writer !== writer)
  for (const { path, status } of others)
    if (status.state !== 'running' || hasEnded(status)) {
      remove(path)
      remove(stopRequestPath(folder, status.writer))
    }
}

function readJson<T>(path: string): T | undefined {
  try {
    const content = JSON.parse(readFileSync(path, 'utf8')) as T | null
    return typeof content === 'object' && content !== null ? content : undefined
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined && !(error instanceof SyntaxError)) throw error
    return undefined
  }
}
