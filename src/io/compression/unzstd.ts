import { closeSync, fstatSync, readSync } from 'node:fs'
import { openForReading } from '../byte-source.js'
import { InputError } from '../input-error.js'

const chunkBytes = 256 * 1024

/**
 * The content of a zstd file of one or more frames, in chunks.
 *
 * @throws {InputError} where the file is damaged or ends too early
 */
export async function* unzstd(path: string): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  const fd = openForReading(path)
  try {
    if (fstatSync(fd).size === 0) throw InputError.truncated(path, 'the file is empty, without even a zstd header')
    const ready: Uint8Array[] = []
    const decoder = new Decompress(chunk => {
      if (chunk.length > 0) ready.push(chunk)
    })
    for (let isDone = false; !isDone; ) {
      const input = new Uint8Array(chunkBytes)
      const count = readSync(fd, input, 0, chunkBytes, null)
      isDone = count === 0
      try {
        decoder.push(input.subarray(0, count), isDone)
      } catch (error) {
        throw describeZstdError(path, error, isDone)
      }
      yield* ready
      ready.length = 0
    }
  } finally {
    closeSync(fd)
  }
}

function describeZstdError(path: string, error: unknown, isAtEnd: boolean): InputError {
  if (isAtEnd) return InputError.truncated(path, 'the zstd data ends too early', error)
  return InputError.corrupt(path, 'the zstd data cannot be decompressed', error)
}
