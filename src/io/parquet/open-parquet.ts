import { closeSync, fstatSync } from 'node:fs'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync } from 'hyparquet'
import { openForReading, readExactly } from '../byte-source.js'
import { InputError } from '../input-error.js'
import { columnsOfSchema, type SchemaNode } from './schema-node.js'

/** An open Parquet file: its footer, and its bytes read as they are asked for. */
export interface ParquetFile {
  readonly path: string
  readonly metadata: FileMetaData
  readonly columns: readonly SchemaNode[]
  readonly bytes: AsyncBuffer
  close(): void
}

/**
 * Opens a Parquet file and reads its footer.
 *
 * @throws {InputError} where the file is missing, not readable, or has no sound footer
 */
export async function openParquet(path: string): Promise<ParquetFile> {
  const fd = openForReading(path)
  const byteLength = fstatSync(fd).size
  const bytes: AsyncBuffer = {
    byteLength,
    slice: (start, end = byteLength) => readExactly({ path, fd }, start, end),
  }
  try {
    const metadata = await parquetMetadataAsync(bytes, { geoparquet: false })
    const columns = columnsOfSchema(path, metadata)
    return { path, metadata, columns, bytes, close: () => closeSync(fd) }
  } catch (error) {
    closeSync(fd)
    throw describeParquetError(path, error)
  }
}

/** hyparquet throws plain errors for whatever it cannot read. */
export function describeParquetError(path: string, error: unknown, column?: string): unknown {
  if (error instanceof InputError || (error as NodeJS.ErrnoException).syscall !== undefined) return error
  const where = column === undefined ? '' : `column "${column}" `
  return InputError.corrupt(path, `${where}cannot be read as Parquet (${whatBroke(error)})`, error)
}

/** What JavaScript says of a place outside a buffer or a field that is not there tells nobody anything. */
function whatBroke(error: unknown): string {
  if (error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError)
    return 'its structure is damaged'
  const message = error instanceof Error ? error.message : String(error)
  return /\bundefined\b/.test(message) ? 'its structure is damaged' : message
}
