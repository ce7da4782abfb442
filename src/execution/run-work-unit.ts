import type { OperatorCatalog } from '../core/operator.js'
import type { UnitReport } from '../core/report.js'
import type { JobSpec, UnitResult, WorkUnit } from '../core/work-unit.js'
import { unreachable } from '../util/unreachable.js'
import { runResolve } from './barrier/run-resolve.js'
import { runExport } from './export/run-export.js'
import { runDigest } from './run-digest.js'
import { runSegment } from './segment/run-segment.js'

/** Runs one unit to its end in this process. Everything it made is published, nothing is committed. */
export async function runWorkUnit(
  job: JobSpec,
  catalog: OperatorCatalog,
  unit: WorkUnit,
  report: UnitReport,
): Promise<UnitResult> {
  switch (unit.kind) {
    case 'segment':
      return runSegment(job, catalog, unit, report)
    case 'digest':
      return runDigest(job, unit, report)
    case 'resolve':
      return runResolve(job, catalog, unit, report)
    case 'export':
      return runExport(job, unit, report)
    default:
      return unreachable(unit)
  }
}
