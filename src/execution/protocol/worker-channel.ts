import type { Blame } from '../../core/unit-result.js'
import type { FromWorker, ToWorker } from './messages.js'

/** Why a worker is gone, and whose fault that may be. */
export interface Gone {
  readonly blame: Blame
  readonly reason: string
}

/**
 * What connects the coordinator with one worker, wherever that runs. Messages arrive in the order in which they were sent,
 * or not at all once the worker is gone; sending to one that is gone does nothing.
 */
export interface WorkerChannel {
  send(message: ToWorker): void
  /** Names who is told what the worker says, in place of who was told before. */
  onMessage(listener: (message: FromWorker) => void): void
  /** Resolves once the worker can do nothing more, and all that it said has been heard. */
  readonly gone: Promise<Gone>
  /** Ends the worker, whatever it is at. */
  kill(): void
}
