import type { TaskFailure } from '../../core/pipeline-spec.js'
import { UnitFailed } from '../../execution/coordinator/scheduler/supervise.js'

/** Tasks of a source failed, so that it is open. */
export class SourceFailed extends UnitFailed {
  constructor(readonly failures: readonly TaskFailure[]) {
    const [{ stage, error }] = failures
    const more = failures.length > 1 ? ` (and ${failures.length - 1} more tasks of it)` : ''
    super({ code: 'task_failed', message: `${stage}: ${error}${more}`, consequence: 'fail_unit' })
  }
}
