import type { UnitReport } from '../core/report.js'
import type { UnitOutcome } from '../core/unit-result.js'
import type { WorkUnit } from '../core/work-unit.js'

/**
 * Runs work units somewhere. The contract that every executor passes:
 *
 * - `run` settles once the unit can no longer write: done, failed, lost with its worker, or stopped. It
 *   never rejects for what happens to a unit.
 * - A unit's reports come before its outcome settles and in the order they were made.
 * - A unit runs once a call: whether a lost one is tried again is the caller's decision, under a new attempt.
 * - At most `slots` units run at once; more calls wait their turn.
 * - Aborting `signal` ends the unit, also a busy or deaf one; what it staged is garbage that nobody reads.
 * - Disposal ends all workers. They also end by themselves when this process dies.
 */
export interface Executor extends AsyncDisposable {
  readonly slots: number
  run(unit: WorkUnit, report: UnitReport, signal: AbortSignal): Promise<UnitOutcome>
  /** Resident memory of the workers, in bytes, for progress; 0 where it is not known. */
  memoryBytes(): number
}
