import { keyEquals, scanMembers, skipSpace } from '../util/json-scan.js'

/** The bytes of one JSON object and where it stands in them. */
export interface SourceText {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/** Where the field that the scan looked for was found; valid until the next scan. */
export const found = { start: 0, end: 0, hasReservedKey: false }
let wantedKey: Buffer = Buffer.alloc(0)
let scannedBytes: Buffer = wantedKey

const noteField = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void => {
  // Keys such as `__dj__stats__` begin with an underscore, which JSON can also spell as an escape.
  const first = scannedBytes[keyStart + 1]
  if (first === 0x5f || first === 0x5c) found.hasReservedKey = true
  if (!keyEquals(scannedBytes, keyStart, keyEnd, wantedKey)) return
  found.start = valueStart
  found.end = valueEnd
}

const keyBytes = new Map<string, Buffer>()

/**
 * Scans the object in a range, notes in `found` where the value of one of its own fields stands (of a
 * key that occurs twice the last counts, as in `JSON.parse`), and returns the offset after the object.
 */
export function scanForField(bytes: Buffer, start: number, end: number, key: string): number {
  let wanted = keyBytes.get(key)
  if (wanted === undefined) {
    wanted = Buffer.from(key)
    keyBytes.set(key, wanted)
  }
  wantedKey = wanted
  scannedBytes = bytes
  found.start = -1
  found.hasReservedKey = false
  return scanMembers(bytes, skipSpace(bytes, start, end), end, noteField)
}
