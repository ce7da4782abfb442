import type { ColumnChunk } from 'hyparquet'
import { type ColumnValues, readColumnChunk } from './column-chunk.js'
import { describeParquetError, type ParquetFile } from './open-parquet.js'
import type { SchemaNode } from './schema-node.js'

/**
 * Reads the columns below a node in one row group; all of it is in memory then.
 *
 * @throws {InputError} where the file is damaged
 */
export async function readRowGroup(
  file: ParquetFile,
  index: number,
  columns: readonly SchemaNode[],
): Promise<Map<SchemaNode, ColumnValues>> {
  const chunks = new Map(
    file.metadata.row_groups[index].columns.map(chunk => [pathKey(chunk.meta_data?.path_in_schema), chunk]),
  )
  const values = new Map<SchemaNode, ColumnValues>()
  for (const leaf of columns.flatMap(({ leaves }) => leaves)) {
    try {
      values.set(leaf, await readChunk(file, leaf, chunks.get(pathKey(leaf.path))))
    } catch (error) {
      throw describeParquetError(file.path, error, leaf.path.join('.'))
    }
  }
  return values
}

function pathKey(path: readonly string[] | undefined): string {
  return JSON.stringify(path)
}

async function readChunk(file: ParquetFile, leaf: SchemaNode, chunk: ColumnChunk | undefined): Promise<ColumnValues> {
  const metadata = chunk?.meta_data
  if (metadata === undefined) throw new Error('it is missing in a row group')
  if (chunk?.file_path !== undefined) throw new Error('it lies in another file')
  const { dictionary_page_offset, data_page_offset, total_compressed_size } = metadata
  const start = Number(dictionary_page_offset || data_page_offset)
  const first = Math.min(start, Number(data_page_offset))
  const end = first + Number(total_compressed_size)
  if (!(first >= 0 && end >= first && end <= file.bytes.byteLength)) throw new Error('it lies outside the file')
  return readColumnChunk(await file.bytes.slice(first, end), leaf, metadata)
}
