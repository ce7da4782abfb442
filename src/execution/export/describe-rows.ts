import type { RowSchema } from '../../core/columns.js'
import type { UnitReport } from '../../core/report.js'
import type { ExportUnit, JobSpec } from '../../core/work-unit.js'
import { inferSchema, needsSchema } from '../../io/open-writer.js'
import { readFinished } from './finished-rows.js'

/** The columns of an export, learned from all its rows in a first pass; undefined for formats that have none. */
export async function describeRows(job: JobSpec, unit: ExportUnit, report: UnitReport): Promise<RowSchema | undefined> {
  return needsSchema(unit.format) ? inferSchema(readFinished(job, unit, report)) : undefined
}
