import { toBuffer } from '../columns/json-text.js'
import { InputError } from '../input-error.js'
import type { TableRows } from '../writer.js'
import type { ColumnValues } from './column-chunk.js'
import { openParquet } from './open-parquet.js'
import { readRowGroup } from './read-row-group.js'

/** Reads text columns of a Parquet table, one row group in memory at a time. Text stays the bytes that it is stored as. */
export async function* readParquetTable(
  path: string,
  columnNames: readonly string[],
  batchRows: number,
): AsyncGenerator<TableRows> {
  const file = await openParquet(path)
  try {
    const wanted = columnNames.map(name => {
      const column = file.columns.find(node => node.name === name)
      if (column === undefined) throw InputError.corrupt(path, `it has no column "${name}"`)
      return column
    })
    for (const [index, group] of file.metadata.row_groups.entries()) {
      const rows = Number(group.num_rows)
      const values = await readRowGroup(file, index, wanted)
      const columns = wanted.map(node => flatten(values.get(node) as ColumnValues, node.maxDef))
      const short = wanted.find((_, at) => columns[at].length !== rows)
      if (short !== undefined) throw InputError.corrupt(path, `column "${short.name}" does not have the rows it should`)
      for (let from = 0; from < rows; from += batchRows)
        yield columns.map(column => column.slice(from, from + batchRows))
    }
  } finally {
    file.close()
  }
}

function flatten({ defs, values, entries }: ColumnValues, maxDef: number): (Buffer | null)[] {
  let at = 0
  return Array.from({ length: entries }, (_, index) =>
    defs === undefined || defs[index] === maxDef ? toBuffer(values[at++] as Uint8Array) : null,
  )
}
