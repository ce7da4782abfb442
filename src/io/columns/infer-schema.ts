import type { RowBatch, RowSchema } from '../writer.js'
import { ColumnProfile, columnsOf } from './column-profile.js'
import { visitRow } from './visit-row.js'

/**
 * Learns the columns of a dataset from one pass over its rows, holding one of them at a time. A column
 * whose values are of one kind gets that type; integers and decimals together are `double` where that
 * loses nothing; lists are lists of one type, and objects that all have the same fields are structs of those.
 * Everything else (mixtures, objects with varying fields, integers beyond 64 bits, 1e400) is `json`, which
 * keeps each value as its JSON text. A column of nulls alone is `text`.
 *
 * @throws {JsonSyntaxError} where a row is no JSON object
 */
export async function inferSchema(rows: AsyncIterable<RowBatch>): Promise<RowSchema> {
  const columns = new Map<string, ColumnProfile>()
  for await (const batch of rows) {
    for (const { start, end } of batch.rows) {
      visitRow(batch.bytes, start, end, (name, valueStart, valueEnd) => {
        let column = columns.get(name)
        if (column === undefined) columns.set(name, (column = new ColumnProfile()))
        column.observe(batch.bytes, valueStart, valueEnd)
      })
    }
  }
  return columnsOf(columns)
}
