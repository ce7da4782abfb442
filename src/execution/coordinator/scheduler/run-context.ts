import type { EventBody } from '../../../core/events.js'
import type { InputFile } from '../../../core/partition.js'
import type { UnitProgress } from '../../../core/unit-result.js'
import type { JobSpec, WorkUnit } from '../../../core/work-unit.js'
import type { OperatorPlan } from '../../../planning/reaches.js'
import type { JobDirectory } from '../../../state/job-directory.js'
import type { Lease } from '../../../state/lease.js'
import type { Ledger } from '../../../state/ledger.js'
import type { Executor, Slot } from '../../protocol/executor.js'
import { JobStopped } from '../../protocol/job-failure.js'
import type { Books } from './partition-state.js'
import type { Pace } from './straggler.js'
import type { Team } from './team.js'

/** What the parts of a running job share. */
export interface RunContext {
  readonly job: JobSpec
  readonly plan: OperatorPlan
  /** The input as it is listed today, in order. */
  readonly files: readonly InputFile[]
  readonly directory: JobDirectory
  readonly ledger: Ledger
  /** The right to work on the job, or, where its result is put in place, to do that; asked again whenever a name is to be replaced. */
  readonly lease: Pick<Lease, 'check' | 'fence'>
  /** What is shared with other processes on the job. */
  readonly team: Team
  readonly executor: Executor
  /** Where units run, for who has a slot already; all others acquire one for each unit. */
  readonly slot?: Slot
  /** How long units of this run took. */
  readonly pace: Pace
  readonly signal: AbortSignal
  readonly settings: RunSettings
  /** How often what stood under a name was found damaged in this run. */
  readonly setbacks: Map<string, number>
  emit(event: EventBody): void
  /** How far a running unit is; `undefined` when it has ended. */
  onProgress(unit: WorkUnit, progress: UnitProgress | undefined): void
}

/**
 * A place for a unit, as soon as there is one.
 *
 * @throws {JobStopped} where the job was stopped before
 */
export async function acquireSlot({ executor, signal }: Pick<RunContext, 'executor' | 'signal'>): Promise<Slot> {
  try {
    return await executor.acquire(signal)
  } catch (error) {
    if (signal.aborted) throw new JobStopped('the job was stopped')
    throw error
  }
}

/** The part of a running job that tells how far partitions are. */
export function booksOf({ plan, ledger, job, files }: RunContext): Books {
  return { plan, ledger, onError: job.onError, files }
}

export interface RunSettings {
  /** Keep checkpoints that a later one of the same partition has overtaken. */
  readonly preserveIntermediate: boolean
  readonly copyInputs: boolean
  /** Share of the samples that may be set aside. */
  readonly maxQuarantineRatio: number
  readonly resolveMemoryBytes: number
  /** How often a unit may be lost in a row without any sample being found guilty. */
  readonly maxLosses: number
  readonly retryDelayMs: number
}
