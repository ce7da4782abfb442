import type { OperatorCatalog } from '../../core/operator.js'
import type { UnitReport } from '../../core/report.js'
import type { JobSpec } from '../../core/work-unit.js'

/** What every unit is run with. */
export interface UnitContext {
  readonly job: JobSpec
  readonly report: UnitReport
}

/** What a unit is run with that may use operators. */
export interface WorkContext extends UnitContext {
  readonly catalog: OperatorCatalog
}
