import { JsonSyntaxError, skipSpace, skipValue } from '../../util/json-scan.js'
import { openDecompressed } from '../compression/open-decompressed.js'
import { startsWithMark } from '../jsonl/read-lines.js'
import type { FileCompression } from '../reader.js'

const windowBytes = 1 << 16

/**
 * Tells whether a `.json` file holds one JSON text (`json`) or one a line (`jsonl`), by its beginning: an
 * array is one text, and so is an object that goes on after its first line.
 *
 * @throws {InputError} where the file cannot be read
 */
export async function sniffJson(path: string, compression: FileCompression): Promise<'json' | 'jsonl'> {
  const source = openDecompressed(path, compression)
  try {
    const window = Buffer.alloc(windowBytes)
    const length = await source.fill(window, 0, windowBytes)
    const start = skipSpace(window, startsWithMark(window, length) ? 3 : 0, length)
    if (window[start] === 0x5b) return 'json'
    const newline = window.subarray(0, length).indexOf(10, start)
    return newline >= 0 && isCutShort(window, start, newline) ? 'json' : 'jsonl'
  } finally {
    await source.close()
  }
}

function isCutShort(bytes: Buffer, start: number, end: number): boolean {
  try {
    skipValue(bytes, start, end)
    return false
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return error.offset >= end
  }
}
