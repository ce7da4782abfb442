import { fields } from '../../core/fields.js'
import type { JsonValue } from '../../core/json.js'
import type { UnitReport } from '../../core/report.js'
import { type Edit, spliceEdits } from '../../core/sample-edits.js'
import type { ExportUnit, JobSpec } from '../../core/work-unit.js'
import type { RowBatch } from '../../io/writer.js'
import { readWhileVerifying } from '../checkpoints/checkpoint-reader.js'
import type { Row } from '../checkpoints/row-codec.js'

/** The rows of all finished partitions, in order, as the export holds them. */
export async function* readFinished(job: JobSpec, unit: ExportUnit, report: UnitReport): AsyncGenerator<RowBatch> {
  let samples = 0
  let bytes = 0
  for (const point of unit.points) {
    for await (const rows of readWhileVerifying(job.jobDir, point.file, point.encoding, job.batchBytes)) {
      const batch =
        unit.keepStats || unit.keepHashes ? joinTexts(rows.map(row => decorate(row, unit))) : plainRows(rows)
      samples += rows.length
      for (const row of rows) bytes += row.end - row.start
      if (rows.length > 0) yield batch
      report.progress({ samples, bytes })
    }
  }
}

/** Rows as they are; those of a table stand each in a buffer of its own and are joined. */
function plainRows(rows: readonly Row[]): RowBatch {
  const bytes = rows[0]?.bytes ?? Buffer.alloc(0)
  return rows.every(row => row.bytes === bytes)
    ? { bytes, rows }
    : joinTexts(rows.map(row => row.bytes.subarray(row.start, row.end)))
}

/** A row with its statistics and hashes added as fields. */
function decorate(row: Row, unit: ExportUnit): Buffer {
  const edits: Edit[] = []
  if (unit.keepStats)
    edits.push({ keys: [fields.stats], value: row.stats === null ? {} : (JSON.parse(row.stats) as JsonValue) })
  if (unit.keepHashes && row.hashes !== null) {
    for (const [key, value] of Object.entries(JSON.parse(row.hashes) as Record<string, JsonValue>))
      edits.push({ keys: [key], value })
  }
  return spliceEdits(row, edits)
}

function joinTexts(texts: readonly Buffer[]): RowBatch {
  let end = 0
  const rows = texts.map(text => {
    const start = end
    end += text.length
    return { start, end }
  })
  return { bytes: Buffer.concat(texts), rows }
}
