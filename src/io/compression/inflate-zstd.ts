import { decodeZstd } from './zstd-frames.js'

/**
 * Decompresses zstd data in memory; its checksums are checked.
 *
 * @throws {Error} where the data is damaged, or holds other than `length` bytes
 */
export function inflateZstd(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length)
  let used = 0
  for (const chunk of decodeZstd(takeFrom(input))) {
    if (used + chunk.length > length)
      throw new Error(`zstd data holds more than the ${length} bytes that were announced`)
    output.set(chunk, used)
    used += chunk.length
  }
  if (used < length) throw new Error(`zstd data holds ${used} bytes where ${length} were announced`)
  return output
}

/** As `inflateZstd`, where nothing says how much it will be: `limit` bytes at most. */
export function inflateAllZstd(input: Uint8Array, limit: number): Uint8Array {
  const chunks: Uint8Array[] = []
  let size = 0
  for (const chunk of decodeZstd(takeFrom(input))) {
    size += chunk.length
    if (size > limit) throw new Error(`zstd data holds more than the ${limit} bytes that were announced`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function takeFrom(input: Uint8Array): (count: number) => Uint8Array {
  let at = 0
  return count => {
    const bytes = input.subarray(at, at + count)
    at += bytes.length
    return bytes
  }
}
