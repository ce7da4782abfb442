import type { ColumnType, RowBatch, RowSchema } from '../writer.js'
import { kindOfValue, type ValueKind, visitRow } from './visit-row.js'

/**
 * Learns the columns of a dataset from one pass over its rows, holding one of them at a time. A column
 * whose values are of one kind gets that type; integers and decimals together are `double` where that
 * loses nothing; everything else (lists, objects, mixtures, integers beyond 64 bits, 1e400) is `json`,
 * which keeps each value as its JSON text. A column of nulls alone is `text`.
 *
 * @throws {JsonSyntaxError} where a row is no JSON object
 */
export async function inferSchema(rows: AsyncIterable<RowBatch>): Promise<RowSchema> {
  const kinds = new Map<string, Set<ValueKind>>()
  for await (const batch of rows) {
    for (const { start, end } of batch.rows) {
      visitRow(batch.bytes, start, end, (name, valueStart, valueEnd) => {
        let seen = kinds.get(name)
        if (seen === undefined) kinds.set(name, (seen = new Set()))
        // A column known to be JSON text stays it.
        if (!seen.has('other')) seen.add(kindOfValue(batch.bytes, valueStart, valueEnd))
      })
    }
  }
  return [...kinds].map(([name, seen]) => ({ name, type: typeOf(seen) }))
}

function typeOf(seen: ReadonlySet<ValueKind>): ColumnType {
  const kinds = [...seen].filter(kind => kind !== 'null')
  const isAmong = (...allowed: ValueKind[]) => kinds.every(kind => allowed.includes(kind))
  if (isAmong('text')) return 'text'
  if (isAmong('bool')) return 'bool'
  if (isAmong('int', 'wide_int')) return 'int64'
  return isAmong('int', 'double') ? 'double' : 'json'
}
