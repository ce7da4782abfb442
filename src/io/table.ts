import type { ByteSink, TableColumn, TableCompression, TableFormat, TableRows, TableWriter } from './writer.js'

export interface TableEncoding {
  readonly format: TableFormat
  readonly compression: TableCompression
}

export interface TableSelection {
  readonly columnNames: readonly string[]
  readonly batchRows: number
}

/**
 * Opens a table of UTF-8 text columns. Parquet takes each compression inside; an Arrow stream knows no
 * snappy and is written plain then, and `gzip` compresses it as a whole.
 */
export async function openTableWriter(
  sink: ByteSink,
  columns: readonly TableColumn[],
  { format, compression }: TableEncoding,
): Promise<TableWriter> {
  if (format === 'parquet') {
    const { openParquetTable } = await import('./parquet/write-parquet-table.js')
    return openParquetTable(sink, columns, compression)
  }
  const { openArrowTable } = await import('./arrow/write-arrow-table.js')
  return openArrowTable(sink, columns, compression)
}

/**
 * Reads the named columns of a table that `openTableWriter` wrote, in order, at most `batchRows` rows at a
 * time. The buffers are the caller's to keep, but hold on to the memory of their row group.
 *
 * @throws {InputError} where the file is missing or damaged
 */
export async function* readTable(
  path: string,
  format: TableFormat,
  { columnNames, batchRows }: TableSelection,
): AsyncGenerator<TableRows> {
  if (format === 'parquet') {
    const { readParquetTable } = await import('./parquet/read-parquet-table.js')
    yield* readParquetTable(path, columnNames, batchRows)
  } else {
    const { readArrowTable } = await import('./arrow/read-arrow-table.js')
    yield* readArrowTable(path, columnNames, batchRows)
  }
}
