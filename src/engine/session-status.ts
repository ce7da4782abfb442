import type { EventBody } from '../core/events.js'
import type { WorkerStatus } from '../core/process-status.js'
import { leaseTiming } from '../state/lease.js'
import { clearStatuses, StatusBeat } from '../state/process-status.js'
import type { TallyStart } from './job-tally.js'
import { LiveStatus, type RunFacts } from './live-status.js'
import type { ProgressMeter } from './progress.js'

export interface SessionStatusOptions extends RunFacts {
  readonly folder: string
  readonly writer: string
  readonly meter: Pick<ProgressMeter, 'snapshot'>
  readonly workers: () => readonly WorkerStatus[]
  readonly onFailure: (message: string) => void
}

/** What a session says of itself at every beat, and what it is asked through the job's folder. */
export class SessionStatus {
  readonly #asked = new AbortController()
  readonly #live: LiveStatus
  readonly #beat: StatusBeat

  constructor({ folder, writer, meter, workers, onFailure, ...facts }: SessionStatusOptions) {
    this.#live = new LiveStatus(facts)
    clearStatuses(folder, writer)
    this.#beat = new StatusBeat({
      ...{ folder, writer, beatMs: leaseTiming.beatMs, onFailure },
      look: () => this.#live.look(meter.snapshot(), workers()),
      onStop: reason => this.#asked.abort(reason),
    })
    this.#beat.write()
  }

  /** Aborts where somebody asked for a stop through the job's folder. */
  get asked(): AbortSignal {
    return this.#asked.signal
  }

  /** Takes over what earlier runs did. */
  begin(start: TallyStart): void {
    this.#live.begin(start)
    this.#beat.write()
  }

  onEvent(event: EventBody): void {
    this.#live.onEvent(event)
  }

  /** Says the last word. */
  end(): void {
    this.#beat.end()
  }
}
