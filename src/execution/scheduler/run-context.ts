import type { EventBody } from '../../core/events.js'
import type { JobSpec, UnitProgress, WorkUnit } from '../../core/work-unit.js'
import type { OperatorPlan } from '../../planning/stages.js'
import type { JobDirectory } from '../../state/job-directory.js'
import type { Ledger } from '../../state/ledger.js'
import type { Executor } from '../executor.js'

/** What the parts of a running job share. */
export interface RunContext {
  readonly job: JobSpec
  readonly plan: OperatorPlan
  readonly directory: JobDirectory
  readonly ledger: Ledger
  readonly executor: Executor
  readonly signal: AbortSignal
  readonly settings: RunSettings
  emit(event: EventBody): void
  /** How far a running unit is; `undefined` when it has ended. */
  onProgress(unit: WorkUnit, progress: UnitProgress | undefined): void
}

export interface RunSettings {
  /** Keep checkpoints that a later one of the same partition has overtaken. */
  readonly preserveIntermediate: boolean
  readonly copyInputs: boolean
  readonly resolveMemoryBytes: number
  /** How often a unit may be lost in a row without any sample being found guilty. */
  readonly maxLosses: number
  readonly retryDelayMs: number
}

/** The job cannot be finished for a reason that the user must remove first. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure'

  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The job was asked to stop. */
export class JobStopped extends Error {
  override readonly name = 'JobStopped'
  readonly code = 'stopped'
}
