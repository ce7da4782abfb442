import type { EventBody } from '../core/events.js'
import type { ProgressSnapshot } from './progress.js'

/** Told of a run while it lasts. */
export interface RunObserver {
  onEvent?(event: EventBody): void
  onWarning?(message: string): void
  /** One line that says what is reused, what is redone, and why. */
  onStart?(message: string, progress: () => ProgressSnapshot): void
}

export interface RunOptions extends RunObserver {
  readonly signal?: AbortSignal
}
