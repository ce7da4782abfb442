import type { ParquetParsers } from 'hyparquet'
import { toBuffer } from '../columns/json-text.js'
import type { TableRows } from '../writer.js'
import { openParquet } from './open-parquet.js'
import { readRowGroup } from './read-row-group.js'

/** Text stays the bytes that it is stored as. */
const parsers: Partial<ParquetParsers> = { stringFromBytes: bytes => bytes }

/** Reads text columns of a Parquet table, one row group in memory at a time. */
export async function* readParquetTable(
  path: string,
  columnNames: readonly string[],
  batchRows: number,
): AsyncGenerator<TableRows> {
  const file = await openParquet(path)
  try {
    let rowStart = 0
    for (const group of file.metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows)
      const found = await readRowGroup(file, {
        metadata: file.metadata,
        columns: columnNames,
        rowStart,
        rowEnd,
        parsers,
      })
      const columns = found.map(column => column.map(value => (value == null ? null : toBuffer(value as Uint8Array))))
      for (let from = 0; from < rowEnd - rowStart; from += batchRows)
        yield columns.map(column => column.slice(from, from + batchRows))
      rowStart = rowEnd
    }
  } finally {
    file.close()
  }
}
