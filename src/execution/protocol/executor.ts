import type { UnitReport } from '../../core/report.js'
import type { UnitOutcome } from '../../core/unit-result.js'
import type { WorkUnit } from '../../core/work-unit.js'

/**
 * A place where one unit after another may run. It outlives its workers: after a loss the next unit runs on another one,
 * wherever the executor has it. Disposing of it frees it for others.
 */
export interface Slot extends Disposable {
  run(unit: WorkUnit, report: UnitReport, signal: AbortSignal): Promise<UnitOutcome>
}

/**
 * Runs work units somewhere. The contract that every executor passes:
 *
 * - `acquire` resolves once there is room for another unit, first come, first served; how much there is may change while a
 *   job runs. It rejects with the reason of `signal` once that is aborted, and takes nothing then.
 * - A slot runs one unit at a time. `run` settles once the unit can no longer write: done, failed, lost with its worker, or
 *   stopped. It never rejects for what happens to a unit.
 * - A unit's reports come before its outcome settles and in the order they were made.
 * - A unit runs once a call: whether a lost one is tried again is the caller's decision, under a new attempt. `blame` says
 *   whether it may have been lost because of what it did, or only because of where it ran.
 * - Aborting `signal` ends the unit, also a busy or deaf one; what it staged is garbage that nobody reads.
 * - Disposal ends all workers; units that run are lost, through no fault of theirs. Workers also end by themselves when
 *   this process dies.
 */
export interface Executor extends AsyncDisposable {
  acquire(signal: AbortSignal): Promise<Slot>
  /** A slot that is free and that nobody waits for; only where slots are on several machines, one of which may be slow. */
  spare?(): Slot | undefined
  /** Resident memory of the workers, in bytes, for progress; 0 where it is not known. */
  memoryBytes(): number
}
