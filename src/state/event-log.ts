import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { EventBody } from '../core/events.js'
import { remove } from '../util/remove.js'
import { LogFile } from './log-file.js'

export interface EventLogSettings {
  readonly enabled: boolean
  readonly maxBytes: number
  /** Full logs that are kept beside the current one. */
  readonly backups: number
}

export interface EventLogOptions {
  readonly folder: string
  readonly jobId: string
  readonly started: Date
  readonly settings: EventLogSettings
  readonly onEvent: (event: EventBody) => void
  /** Told once where the log cannot be written; the job goes on. */
  readonly onFailure: (message: string) => void
}

/** Appends events to `events_{timestamp}.jsonl`. The log narrates and nothing reads it back to decide. */
export class EventLog {
  readonly path: string
  readonly #file: LogFile | undefined
  #bytes = 0
  #count = 0

  constructor(readonly options: EventLogOptions) {
    this.path = join(options.folder, `events_${compactTime(options.started)}.jsonl`)
    if (options.settings.enabled) this.#file = new LogFile(this.path, options.onFailure)
  }

  emit(event: EventBody): void {
    const { jobId, started, settings, onEvent } = this.options
    onEvent(event)
    if (this.#file === undefined) return
    const { event_type, ...rest } = event
    const id = `${compactTime(started)}-${this.#count++}`
    const line = `${JSON.stringify({ event_id: id, event_type, timestamp: new Date().toISOString(), job_id: jobId, ...rest })}\n`
    const bytes = Buffer.byteLength(line)
    if (this.#bytes + bytes > settings.maxBytes && this.#bytes > 0) this.#rotate(this.#file)
    this.#file.append(line)
    this.#bytes += bytes
  }

  close(): void {
    this.#file?.close()
  }

  /** `x.jsonl` becomes `x.jsonl.1`, that `x.jsonl.2`, and what would become one too many goes. */
  #rotate(file: LogFile): void {
    const { backups } = this.options.settings
    file.rotate(() => {
      remove(`${this.path}.${backups}`)
      for (let n = backups - 1; n >= 1; n--) {
        if (existsSync(`${this.path}.${n}`)) renameSync(`${this.path}.${n}`, `${this.path}.${n + 1}`)
      }
      if (backups > 0) renameSync(this.path, `${this.path}.1`)
      else remove(this.path)
    })
    this.#bytes = 0
  }
}

/** `20260131_235959_123`, in UTC. */
export function compactTime(time: Date): string {
  return time.toISOString().replace(/[-:Z]/g, '').replace(/[T.]/g, '_')
}
