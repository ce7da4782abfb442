import type { UnitResult } from '../../core/unit-result.js'
import type { StagesUnit, WorkUnit } from '../../core/work-unit.js'
import { unreachable } from '../../util/unreachable.js'
import { describeFailure, isSystemError, UnitFailure } from '../protocol/unit-failure.js'
import { runCompare } from './barrier/run-compare.js'
import { runResolve } from './barrier/run-resolve.js'
import { runExport } from './export/run-export.js'
import { runDigest } from './run-digest.js'
import { runSegment } from './segment/run-segment.js'
import { runTrace } from './trace/run-trace.js'
import type { WorkContext } from './work-context.js'

/** A unit of a recipe. */
type RecipeUnit = Exclude<WorkUnit, StagesUnit>

/** Runs one unit of a recipe to its end in this process. Everything it made is published, nothing is committed. */
export async function runWorkUnit(context: WorkContext, unit: RecipeUnit): Promise<UnitResult> {
  try {
    return await dispatch(context, unit)
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

async function dispatch(context: WorkContext, unit: RecipeUnit): Promise<UnitResult> {
  switch (unit.kind) {
    case 'segment':
      return runSegment(context, unit)
    case 'digest':
      return runDigest(context, unit)
    case 'compare':
      return runCompare(context, unit)
    case 'resolve':
      return runResolve(context, unit)
    case 'export':
      return runExport(context, unit)
    case 'trace':
      return runTrace(context, unit)
    default:
      return unreachable(unit)
  }
}
