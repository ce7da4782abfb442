import { type FileMetaData, type ParquetParsers, parquetRead } from 'hyparquet'
import { decompressors } from './codecs.js'
import { describeParquetError, type ParquetFile } from './open-parquet.js'

/** Instants of 96 bits stay numbers. */
const primitives: Partial<ParquetParsers> = { timestampFromNanoseconds: nanos => nanos }

export interface RowGroupRequest {
  readonly metadata: FileMetaData
  /** Names of top-level columns. */
  readonly columns: readonly string[]
  readonly rowStart: number
  readonly rowEnd: number
  readonly parsers?: Partial<ParquetParsers>
}

/**
 * Reads columns of rows that lie in one row group; all of it is in memory then.
 *
 * @throws {InputError} where the file is damaged
 */
export async function readRowGroup(file: ParquetFile, request: RowGroupRequest): Promise<unknown[][]> {
  const { columns, rowStart, rowEnd } = request
  const found = new Map(columns.map(name => [name, new Array<unknown>(rowEnd - rowStart).fill(null)]))
  let values = 0
  try {
    await parquetRead({
      file: file.bytes,
      metadata: request.metadata,
      columns: [...columns],
      rowStart,
      rowEnd,
      compressors: decompressors,
      utf8: false,
      parsers: request.parsers ?? primitives,
      onChunk: ({ columnName, columnData, rowStart: at }) => {
        const column = found.get(columnName) as unknown[]
        for (let i = 0; i < columnData.length; i++) column[at - rowStart + i] = columnData[i]
        values += columnData.length
      },
    })
    const wanted = columns.length * (rowEnd - rowStart)
    if (values !== wanted) throw new Error(`a row group holds ${values} values where its footer says ${wanted}`)
  } catch (error) {
    throw describeParquetError(file.path, error)
  }
  return [...found.values()]
}
