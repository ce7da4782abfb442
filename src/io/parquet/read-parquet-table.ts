import { type ParquetParsers, parquetRead } from 'hyparquet'
import type { TableRows } from '../writer.js'
import { decompressors } from './codecs.js'
import { describeParquetError, openParquet, type ParquetFile } from './open-parquet.js'

const bytesAsTheyAre: Partial<ParquetParsers> = { stringFromBytes: bytes => bytes }

/** Reads text columns of a Parquet table, one row group in memory at a time. */
export async function* readParquetTable(
  path: string,
  columnNames: readonly string[],
  batchRows: number,
): AsyncGenerator<TableRows> {
  const file = await openParquet(path)
  try {
    let first = 0
    for (const group of file.metadata.row_groups) {
      const rows = Number(group.num_rows)
      const columns = await readGroup(file, columnNames, first, first + rows)
      for (let from = 0; from < rows; from += batchRows)
        yield columns.map(column => column.slice(from, from + batchRows))
      first += rows
    }
  } finally {
    file.close()
  }
}

async function readGroup(
  file: ParquetFile,
  columnNames: readonly string[],
  rowStart: number,
  rowEnd: number,
): Promise<(Buffer | null)[][]> {
  const columns = new Map(columnNames.map(name => [name, new Array<Buffer | null>(rowEnd - rowStart).fill(null)]))
  try {
    await parquetRead({
      file: file.bytes,
      metadata: file.metadata,
      columns: [...columnNames],
      rowStart,
      rowEnd,
      compressors: decompressors,
      parsers: bytesAsTheyAre,
      onChunk: ({ columnName, columnData, rowStart: at }) => {
        const column = columns.get(columnName) as (Buffer | null)[]
        for (let i = 0; i < columnData.length; i++) column[at - rowStart + i] = toBuffer(columnData[i])
      },
    })
  } catch (error) {
    throw describeParquetError(file.path, error)
  }
  return [...columns.values()]
}

function toBuffer(bytes: Uint8Array | null | undefined): Buffer | null {
  return bytes == null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
