import { join } from 'node:path'
import { describeFigures } from '../core/describe-figures.js'
import type { EventBody } from '../core/events.js'
import { formatBytes, formatCount, formatDuration } from '../util/format.js'
import { compactTime } from './event-log.js'
import { LogFile } from './log-file.js'

/** `logs/job_{timestamp}.txt`: the events that a person wants to read, one sentence a line. */
export class HumanLog {
  readonly #file: LogFile

  constructor(folder: string, started: Date, onFailure: (message: string) => void) {
    this.#file = new LogFile(join(folder, `job_${compactTime(started)}.txt`), onFailure)
  }

  write(event: EventBody): void {
    const sentence = narrate(event)
    if (sentence !== undefined) this.#file.append(`${new Date().toISOString()}  ${sentence}\n`)
  }

  close(): void {
    this.#file.close()
  }
}

/** The sentence for an event; undefined for those that only machines count. */
export function narrate(event: EventBody): string | undefined {
  switch (event.event_type) {
    case 'job_start':
      return event.message
    case 'job_complete':
      return `Complete after ${formatDuration(event.duration_ms)}: ${formatCount(event.samples_in)} samples in, ${formatCount(event.samples_out)} out, ${formatCount(event.quarantined)} in quarantine`
    case 'job_failed':
      return `Failed after ${formatDuration(event.duration_ms)}: ${event.error_message}`
    case 'job_stopped':
      return `Stopped after ${formatDuration(event.duration_ms)}: ${event.reason}`
    case 'partition_start':
      return `Partition ${event.partition}: process[${event.from_op}] up to ${event.to_op} started`
    case 'partition_complete':
      return `Partition ${event.partition} finished: ${formatCount(event.samples_in)} samples in, ${formatCount(event.samples_out)} out, ${formatDuration(event.duration_ms)}`
    case 'partition_failed':
      return `Partition ${event.partition} failed: ${event.error_message}`
    case 'checkpoint_save':
      return `Partition ${event.partition}: ${formatCount(event.rows)} samples committed after ${event.ops_done} operators (${event.path}, ${formatBytes(event.size_bytes)})`
    case 'checkpoint_load':
      return `Partition ${event.partition}: goes on from ${event.path}`
    case 'checkpoint_damaged':
      return `Set aside: ${event.reason}`
    case 'bucket_compared':
      return `${event.operator}: bucket ${event.bucket + 1} of ${event.buckets} is compared (${formatDuration(event.duration_ms)})`
    case 'barrier_resolved':
      return `${event.operator} drops ${formatCount(event.dropped)} of ${formatCount(event.samples)} samples (${formatDuration(event.duration_ms)})${describeFigures(event)}`
    case 'sample_quarantined':
      return `Partition ${event.partition}: ${formatCount(event.samples)} samples in quarantine (${event.path})`
    case 'op_failed':
      return `Partition ${event.partition}: ${event.operator} failed on ${formatCount(event.samples)} samples`
    case 'unit_retried':
      return `Partition ${event.partition} is tried again in ${formatDuration(event.delay_ms)}: ${event.reason}`
    case 'unit_duplicated':
      return `${event.unit} takes long (${Math.round(event.for_ms / 1000)} s so far): it is run at a free place as well`
    case 'worker_lost':
      return `A worker was lost (${event.unit}): ${event.reason}`
    case 'lease_lost':
      return `Stopped: ${event.reason}`
    case 'record_damaged':
      return `Damaged: ${event.reason}`
    case 'export_complete':
      return `Exported ${formatCount(event.rows)} samples, ${formatBytes(event.size_bytes)}, to ${event.path}`
    case 'output_removed':
      return `Removed ${event.path}: ${event.reason}`
    case 'warning':
      return `Warning: ${event.message}`
    case 'op_start':
    case 'op_complete':
      return undefined
  }
}
