import type { OperatorCatalog } from '../../core/operator.js'
import type { UnitReport } from '../../core/report.js'
import type { UnitResult } from '../../core/unit-result.js'
import type { JobSpec, StagesUnit, WorkUnit } from '../../core/work-unit.js'
import { unreachable } from '../../util/unreachable.js'
import { describeFailure, isSystemError, UnitFailure } from '../protocol/unit-failure.js'
import { runCompare } from './barrier/run-compare.js'
import { runResolve } from './barrier/run-resolve.js'
import { runExport } from './export/run-export.js'
import { runDigest } from './run-digest.js'
import { runSegment } from './segment/run-segment.js'
import { runTrace } from './trace/run-trace.js'

/** A unit of a recipe. */
type RecipeUnit = Exclude<WorkUnit, StagesUnit>

/** Runs one unit of a recipe to its end in this process. Everything it made is published, nothing is committed. */
export async function runWorkUnit(
  job: JobSpec,
  catalog: OperatorCatalog,
  unit: RecipeUnit,
  report: UnitReport,
): Promise<UnitResult> {
  try {
    return await dispatch(job, catalog, unit, report)
  } catch (error) {
    throw blameInput(unit, error)
  }
}

/** An input file that cannot be read is the matter of its own partition; the others go on. */
function blameInput(unit: RecipeUnit, error: unknown): unknown {
  if (!('input' in unit) || unit.input.kind !== 'source' || !isSystemError(error) || error.path === undefined)
    return error
  if (!unit.input.slices.some(({ path }) => path === error.path)) return error
  return new UnitFailure({ ...describeFailure(error), consequence: 'fail_unit' }, { cause: error })
}

async function dispatch(
  job: JobSpec,
  catalog: OperatorCatalog,
  unit: RecipeUnit,
  report: UnitReport,
): Promise<UnitResult> {
  switch (unit.kind) {
    case 'segment':
      return runSegment(job, catalog, unit, report)
    case 'digest':
      return runDigest(job, unit, report)
    case 'compare':
      return runCompare(job, catalog, unit, report)
    case 'resolve':
      return runResolve(job, catalog, unit, report)
    case 'export':
      return runExport(job, unit, report)
    case 'trace':
      return runTrace(job, catalog, unit, report)
    default:
      return unreachable(unit)
  }
}
