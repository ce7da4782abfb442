import { closeSync, readSync } from 'node:fs'
import { openForReading } from '../byte-source.js'

const stepBytes = 1 << 16

/**
 * The start of the first line at or after `offset`: `offset` itself where the byte before it is an LF,
 * and `sizeBytes` where no line starts there any more. Reads a little at a time, so that a long line
 * costs time but no memory.
 *
 * @throws {InputError} where the file cannot be opened
 */
export function alignToLine(path: string, offset: number, sizeBytes: number): number {
  if (offset <= 0) return 0
  const fd = openForReading(path)
  try {
    const step = Buffer.allocUnsafe(stepBytes)
    for (let at = offset - 1; at < sizeBytes; ) {
      const count = readSync(fd, step, 0, Math.min(stepBytes, sizeBytes - at), at)
      if (count === 0) break
      const newline = step.subarray(0, count).indexOf(10)
      if (newline >= 0) return at + newline + 1
      at += count
    }
    return sizeBytes
  } finally {
    closeSync(fd)
  }
}
