import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { EventBody } from '../core/events.js'
import { removeIfThere } from '../util/durable-file.js'

export interface EventLogSettings {
  readonly enabled: boolean
  readonly maxBytes: number
  /** Full logs that are kept beside the current one. */
  readonly backups: number
}

/** Appends events to `events_{timestamp}.jsonl`. The log narrates and nothing reads it back to decide. */
export class EventLog {
  readonly path: string
  #fd: number | undefined
  #bytes = 0
  #count = 0

  constructor(
    folder: string,
    readonly jobId: string,
    readonly started: Date,
    readonly settings: EventLogSettings,
    readonly onEvent: (event: EventBody) => void,
  ) {
    this.path = join(folder, `events_${compactTime(started)}.jsonl`)
    if (settings.enabled) this.#fd = openSync(this.path, 'a')
  }

  emit(event: EventBody): void {
    this.onEvent(event)
    if (this.#fd === undefined) return
    const { event_type, ...rest } = event
    const id = `${compactTime(this.started)}-${this.#count++}`
    const line = Buffer.from(
      `${JSON.stringify({ event_id: id, event_type, timestamp: new Date().toISOString(), job_id: this.jobId, ...rest })}\n`,
    )
    if (this.#bytes + line.length > this.settings.maxBytes && this.#bytes > 0) this.#rotate(this.#fd)
    writeSync(this.#fd, line)
    this.#bytes += line.length
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  /** `x.jsonl` becomes `x.jsonl.1`, that `x.jsonl.2`, and what would become one too many goes. */
  #rotate(fd: number): void {
    closeSync(fd)
    removeIfThere(`${this.path}.${this.settings.backups}`)
    for (let n = this.settings.backups - 1; n >= 1; n--) {
      if (existsSync(`${this.path}.${n}`)) renameSync(`${this.path}.${n}`, `${this.path}.${n + 1}`)
    }
    if (this.settings.backups > 0) renameSync(this.path, `${this.path}.1`)
    else removeIfThere(this.path)
    this.#fd = openSync(this.path, 'a')
    this.#bytes = 0
  }
}

/** `20260131_235959_123`, in UTC. */
export function compactTime(time: Date): string {
  return time.toISOString().replace(/[-:Z]/g, '').replace(/[T.]/g, '_')
}
