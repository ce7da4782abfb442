import { closeSync, readSync } from 'node:fs'
import { openForReading } from '../byte-source.js'
import { InputError } from '../input-error.js'
import { decodeZstd, type TakeBytes, ZstdError } from './zstd-frames.js'

const bufferBytes = 1 << 20

/**
 * The content of a zstd file of one or more frames, in chunks, checked against the checksums that it carries.
 *
 * @throws {InputError} where the file is damaged or ends too early
 */
export async function* unzstd(path: string): AsyncGenerator<Uint8Array> {
  const fd = openForReading(path)
  try {
    yield* decodeZstd(takeFrom(fd))
  } catch (error) {
    throw describeZstdError(path, error)
  } finally {
    closeSync(fd)
  }
}

function takeFrom(fd: number): TakeBytes {
  const buffer = new Uint8Array(bufferBytes)
  let start = 0
  let end = 0
  return count => {
    if (end - start < count) {
      buffer.copyWithin(0, start, end)
      end -= start
      start = 0
      for (let got = -1; end < count && got !== 0; end += got) got = readSync(fd, buffer, end, bufferBytes - end, null)
    }
    const bytes = buffer.subarray(start, Math.min(end, start + count))
    start += bytes.length
    return bytes
  }
}

function describeZstdError(path: string, error: unknown): unknown {
  if (!(error instanceof ZstdError)) return error
  if (error.kind === 'cut_short') return InputError.truncated(path, `the zstd data breaks off: ${error.message}`, error)
  if (error.kind === 'unsupported')
    return new InputError('unsupported', `${path}: ${error.message}`, { path, cause: error })
  return InputError.corrupt(path, `the zstd data cannot be decompressed: ${error.message}`, error)
}
