import type { JsonObject } from '../../core/json.js'
import type { Sample } from '../../core/sample.js'

/** The slice of its partition that a sample is of, its line there, and its offset in the file. */
export const placeBytes = 16
const noOffset = 2 ** 48 - 1

/** Writes where a sample comes from into a record. */
export function writePlace({ origin }: Sample, record: Uint8Array, offset: number): void {
  const bytes = Buffer.from(record.buffer, record.byteOffset + offset, placeBytes)
  bytes.writeUInt32LE(origin.slice, 0)
  bytes.writeUIntLE(Math.max(0, origin.ordinal), 4, 6)
  bytes.writeUIntLE(origin.offset >= 0 ? origin.offset : noOffset, 10, 6)
}

/** The same as it is shown: the file, and the byte at which the record starts, or its number where files are not read by bytes. */
export function readPlace(bytes: Buffer, at: number, paths: readonly string[]): JsonObject {
  const path = paths[bytes.readUInt32LE(at)] ?? ''
  const offset = bytes.readUIntLE(at + 10, 6)
  return offset === noOffset ? { path, record: bytes.readUIntLE(at + 4, 6) } : { path, offset }
}
