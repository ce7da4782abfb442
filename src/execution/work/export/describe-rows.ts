import type { RowSchema } from '../../../core/columns.js'
import type { UnitReport } from '../../../core/report.js'
import type { ExportUnit, JobSpec } from '../../../core/work-unit.js'
import { inferSchema, needsSchema } from '../../../io/open-writer.js'
import { readFinished } from './finished-rows.js'

/** The columns of an export, learned from all its rows in a first pass; undefined for formats that have none. */
export async function describeRows(job: JobSpec, unit: ExportUnit, report: UnitReport): Promise<RowSchema | undefined> {
  if (!needsSchema(unit.format)) return undefined
  const { declared, seen } = unit.columns ?? { declared: [], seen: [] }
  const schema = await inferSchema(readFinished(job, unit, report), declared)
  return schema.length > 0 ? schema : seen
}
