import { closeSync, openSync, writeSync } from 'node:fs'
import type { ByteSink } from '../../src/io/writer.js'

/** A sink into a file of its own, written through at once. */
export function fileSink(path: string): ByteSink & { close(): void } {
  const fd = openSync(path, 'w')
  return { write: bytes => void writeSync(fd, bytes), close: () => closeSync(fd) }
}
