import type { RowSchema } from '../../core/columns.js'
import type { RowBatch } from '../writer.js'
import { ColumnProfile, columnsOf } from './column-profile.js'
import { visitRow } from './visit-row.js'

/**
 * Learns the columns of a dataset from one pass over its rows, holding one of them at a time. A column
 * whose values are of one kind gets that type; numbers are `double` where the digits of all of them survive that,
 * else decimals; lists are lists of one type, and objects that all have the same fields are structs of those.
 * Everything else (mixtures, objects with varying fields, 1e400) is `json`, which keeps each value as its JSON
 * text. A column of nulls alone is `text`. A column that is `declared` keeps that type as long as it can hold
 * every value as it is.
 *
 * @throws {JsonSyntaxError} where a row is no JSON object
 */
export async function inferSchema(rows: AsyncIterable<RowBatch>, declared: RowSchema = []): Promise<RowSchema> {
  const known = new Map(declared.map(({ name, type }) => [name, type]))
  const columns = new Map<string, ColumnProfile>()
  for await (const batch of rows) {
    for (const row of batch.rows) {
      visitRow(batch.bytes, row, (name, valueStart, valueEnd) => {
        let column = columns.get(name)
        if (column === undefined) columns.set(name, (column = new ColumnProfile(known.get(name))))
        column.observe(batch.bytes, valueStart, valueEnd)
      })
    }
  }
  return columnsOf(columns)
}
