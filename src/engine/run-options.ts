import type { EventBody } from '../core/events.js'
import type { StopSignal } from '../core/stop-signal.js'
import type { Ledger } from '../state/ledger.js'
import type { Progress, ProgressMeter } from './progress.js'

/** Told of a run while it lasts. */
export interface RunObserver {
  /** Told of everything that is written to the event log. */
  onEvent?(event: EventBody): void
  /** Told of what has no effect, or may surprise. */
  onWarning?(message: string): void
  /** Told once, in one line, what is reused, what is redone, and why. */
  onStart?(message: string): void
  /** Told how far the run is, every `progressEveryMs`, and once more when it is complete. */
  onProgress?(progress: Progress): void
}

/** How a run is followed and stopped. */
export interface RunOptions extends RunObserver {
  /** Stops the run in order when it is aborted; what is committed stays. By default the run goes to its end. */
  readonly signal?: StopSignal
  /** Milliseconds between two calls of `onProgress`. Default: 200. */
  readonly progressEveryMs?: number
}

/** As the engine takes them: the caller may bring the meter that it shows. */
export interface MeteredOptions extends RunObserver {
  readonly signal?: AbortSignal
  readonly meter?: ProgressMeter
  /** Leave a job that others are at work on once nothing is left to take, rather than wait for its end. */
  readonly leavesWhenIdle?: boolean
  /** Told before the job's directory is touched: from here on, a stop has to be in order. */
  onHold?(): void
  /** Told of the ledger once the job is in this process's hands, before it is looked how far the job has come. */
  onLedger?(ledger: Ledger): Promise<void>
}
