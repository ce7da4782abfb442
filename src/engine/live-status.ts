import type { EventBody } from '../core/events.js'
import type { OperatorStatus, RunState, RunStatus, WorkerStatus } from '../core/process-status.js'
import type { TallyStart } from './job-tally.js'
import type { Progress } from './progress.js'

/** What does not change while a run lasts. */
export interface RunFacts {
  readonly jobId: string
  readonly started: Date
  readonly exportPath: string
  readonly eventLog: string | null
  readonly resumeCommand: string
  readonly operators: readonly string[]
}

/** How far a run was at some moments lately: what is left is told from the slowest and the fastest of them. */
const rememberedBeats = 30

/** Follows a run for what it says of itself at every beat. */
export class LiveStatus {
  readonly #operators: { samples_in: number; samples_out: number; quarantined: number; ms: number }[]
  readonly #beats: { readonly atMs: number; readonly share: number }[] = []
  #checkpoints = { count: 0, bytes: 0, last_at: null as string | null }
  #retries = 0
  #workersLost = 0
  #startMessage: string | null = null
  #state: RunState = 'running'
  #message: string | null = null

  constructor(readonly facts: RunFacts) {
    this.#operators = facts.operators.map(() => ({ samples_in: 0, samples_out: 0, quarantined: 0, ms: 0 }))
  }

  /** Takes over what earlier runs did. */
  begin({ reached }: TallyStart): void {
    for (const { counts } of reached)
      for (const [index, count] of (counts?.operators ?? []).entries())
        this.#add(index, { samples_in: count.in, samples_out: count.out, quarantined: count.quarantined, ms: count.ms })
  }

  onEvent(event: EventBody): void {
    switch (event.event_type) {
      case 'job_start':
        this.#startMessage = event.message
        break
      case 'op_complete':
        this.#add(event.op_index, {
          ...{ samples_in: event.samples_in, samples_out: event.samples_out, quarantined: 0, ms: event.duration_ms },
        })
        break
      case 'op_failed':
        this.#add(event.op_index, { samples_in: 0, samples_out: 0, quarantined: event.samples, ms: 0 })
        break
      case 'checkpoint_save': {
        const { count, bytes } = this.#checkpoints
        this.#checkpoints = { count: count + 1, bytes: bytes + event.size_bytes, last_at: new Date().toISOString() }
        break
      }
      case 'unit_retried':
        this.#retries++
        break
      case 'worker_lost':
        this.#workersLost++
        break
      case 'job_complete':
        this.#end('completed', null)
        break
      case 'job_failed':
        this.#end('failed', event.error_message)
        break
      case 'job_stopped':
        this.#end('stopped', event.reason)
        break
    }
  }

  look(progress: Progress, workers: readonly WorkerStatus[]): RunStatus {
    const { jobId, started, exportPath, eventLog, resumeCommand } = this.facts
    this.#beats.push({ atMs: progress.elapsedMs, share: progress.share })
    if (this.#beats.length > rememberedBeats) this.#beats.shift()
    const isOver = this.#state !== 'running'
    return {
      ...{ job_id: jobId, state: this.#state, run_started: started.toISOString(), phase: progress.phase },
      ...{ share: progress.share, reused_share: progress.reusedShare },
      ...{ partitions_done: progress.partitionsDone, partitions_total: progress.partitionsTotal },
      ...{ samples_in: progress.samplesIn, kept: progress.kept, quarantined: progress.quarantined },
      processed_bytes: progress.processedBytes,
      bytes_per_second: Math.round(progress.bytesPerSecond),
      elapsed_ms: Math.round(progress.elapsedMs),
      left_ms: isOver || progress.leftMs === undefined ? null : Math.round(progress.leftMs),
      left_range_ms: isOver || progress.leftMs === undefined ? null : leftRange(this.#beats, progress.leftMs),
      memory_bytes: progress.memoryBytes,
      workers,
      operators: this.#operators.map((counts, index) => describe(index, this.facts.operators[index], counts)),
      checkpoints: this.#checkpoints,
      ...{ retries: this.#retries, workers_lost: this.#workersLost },
      ...{ start_message: this.#startMessage, message: this.#message },
      ...{ export_path: exportPath, event_log: eventLog, resume_command: resumeCommand },
      heeds_signals: process.listenerCount('SIGTERM') > 0,
    }
  }

  #end(state: RunState, message: string | null): void {
    this.#state = state
    this.#message = message
  }

  #add(index: number, more: { samples_in: number; samples_out: number; quarantined: number; ms: number }): void {
    const counts = this.#operators[index]
    if (counts === undefined) return
    counts.samples_in += more.samples_in
    counts.samples_out += more.samples_out
    counts.quarantined += more.quarantined
    counts.ms += more.ms
  }
}

function describe(
  index: number,
  name: string,
  counts: { samples_in: number; samples_out: number; quarantined: number; ms: number },
): OperatorStatus {
  const dropped = Math.max(0, counts.samples_in - counts.samples_out - counts.quarantined)
  return { index, name, ...counts, dropped, ms: Math.round(counts.ms) }
}

/** Milliseconds left at the fastest and at the slowest speed between the beats that are remembered. */
export function leftRange(
  beats: readonly { readonly atMs: number; readonly share: number }[],
  leftMs: number,
): readonly [number, number] {
  const last = beats[beats.length - 1]
  let [low, high] = [leftMs, leftMs]
  for (const { atMs, share } of beats) {
    if (last === undefined || !(share < last.share && atMs < last.atMs)) continue
    const left = ((1 - last.share) * (last.atMs - atMs)) / (last.share - share)
    low = Math.min(low, left)
    high = Math.max(high, left)
  }
  return [Math.round(low), Math.round(high)]
}
