import type { RowSchema } from '../../../core/columns.js'
import type { ExportUnit } from '../../../core/work-unit.js'
import { inferSchema, needsSchema } from '../../../io/open-writer.js'
import type { UnitContext } from '../work-context.js'
import { readFinished } from './finished-rows.js'

/** The columns of an export, learned from all its rows in a first pass; undefined for formats that have none. */
export async function describeRows(context: UnitContext, unit: ExportUnit): Promise<RowSchema | undefined> {
  if (!needsSchema(unit.format)) return undefined
  const { declared, seen } = unit.columns ?? { declared: [], seen: [] }
  const schema = await inferSchema(readFinished(context, unit), declared)
  return schema.length > 0 ? schema : seen
}
