import { fields } from '../../../core/fields.js'
import type { JsonValue } from '../../../core/json.js'
import { type Edit, spliceEdits } from '../../../core/sample-edits.js'
import type { ExportUnit } from '../../../core/work-unit.js'
import type { RowBatch } from '../../../io/writer.js'
import { readWhileVerifying } from '../../contents/checkpoint-reader.js'
import type { Row } from '../../contents/row-codec.js'
import type { UnitContext } from '../work-context.js'

/** The rows of all finished partitions, in the order of the input, as the export holds them. */
export async function* readFinished({ job, report }: UnitContext, unit: ExportUnit): AsyncGenerator<RowBatch> {
  let samples = 0
  let bytes = 0
  const points = unit.points.map(point => new RowSource(readWhileVerifying(job, point)))
  const lastRuns = new Map(unit.runs.map(({ index }, at) => [index, at]))
  for (const [at, { index, rows: wanted }] of unit.runs.entries()) {
    for await (const rows of lastRuns.get(index) === at ? points[index].takeAll() : points[index].take(wanted)) {
      const batch =
        unit.keepStats || unit.keepHashes ? joinTexts(rows.map(row => decorate(row, unit))) : plainRows(rows)
      samples += rows.length
      for (const row of rows) bytes += row.end - row.start
      if (rows.length > 0) yield batch
      report.progress({ samples, bytes })
    }
  }
}

/** The rows of one partition, of which others may take turns. Batches are cut, never copied. */
class RowSource {
  readonly #batches: AsyncIterator<readonly Row[]>
  #rest: readonly Row[] = []

  constructor(batches: AsyncIterable<readonly Row[]>) {
    this.#batches = batches[Symbol.asyncIterator]()
  }

  async *take(wanted: number): AsyncGenerator<readonly Row[]> {
    let missing = wanted
    while (missing > 0) {
      const rows = await this.#next()
      if (rows === undefined) throw new Error(`a finished partition ends ${missing} rows early`)
      yield rows.slice(0, missing)
      this.#rest = rows.slice(missing)
      missing -= Math.min(missing, rows.length)
    }
  }

  /** What is left, up to the end, where the file proves to be what was committed or not. */
  async *takeAll(): AsyncGenerator<readonly Row[]> {
    for (let rows = await this.#next(); rows !== undefined; rows = await this.#next()) yield rows
  }

  async #next(): Promise<readonly Row[] | undefined> {
    if (this.#rest.length > 0) {
      const rest = this.#rest
      this.#rest = []
      return rest
    }
    const next = await this.#batches.next()
    return next.done === true ? undefined : next.value
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
