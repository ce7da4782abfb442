import { closeSync, fstatSync } from 'node:fs'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync } from 'hyparquet'
import { openForReading, readExactly } from '../byte-source.js'
import { InputError } from '../input-error.js'

/** An open Parquet file: its footer, and its bytes read as they are asked for. */
export interface ParquetFile {
  readonly path: string
  readonly metadata: FileMetaData
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
    slice: (start, end = byteLength) => readExactly(path, fd, start, end),
  }
  try {
    const metadata = await parquetMetadataAsync(bytes, { geoparquet: false })
    return { path, metadata, bytes, close: () => closeSync(fd) }
  } catch (error) {
    closeSync(fd)
    throw describeParquetError(path, error)
  }
}

/** hyparquet throws plain errors for whatever it cannot read. */
export function describeParquetError(path: string, error: unknown): unknown {
  if (error instanceof InputError || (error as NodeJS.ErrnoException).syscall !== undefined) return error
  const what = error instanceof Error ? error.message : String(error)
  return InputError.corrupt(path, `cannot be read as Parquet (${what})`, error)
}
