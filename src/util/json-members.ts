import { fail, skipSpace, skipString, skipValue } from './json-scan.js'
import { decodeUtf8 } from './utf8.js'

/**
 * Visits the members of the object that starts at `from`, in order, and returns the offset after its
 * closing brace.
 *
 * @throws {JsonSyntaxError} where the grammar is broken, or `from` holds no object
 */
export function scanMembers(
  bytes: Uint8Array,
  from: number,
  end: number,
  visit: (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void,
): number {
  if (from >= end || bytes[from] !== 0x7b) fail(bytes, from, end, 'an object')
  let at = skipSpace(bytes, from + 1, end)
  if (at < end && bytes[at] === 0x7d) return at + 1
  for (;;) {
    at = skipSpace(bytes, at, end)
    if (at >= end || bytes[at] !== 0x22) fail(bytes, at, end, 'a key in double quotes')
    const keyStart = at
    const keyEnd = skipString(bytes, at, end)
    at = skipSpace(bytes, keyEnd, end)
    if (at >= end || bytes[at] !== 0x3a) fail(bytes, at, end, "':'")
    const valueStart = skipSpace(bytes, at + 1, end)
    const valueEnd = skipValue(bytes, valueStart, end)
    visit(keyStart, keyEnd, valueStart, valueEnd)
    at = skipSpace(bytes, valueEnd, end)
    if (at < end && bytes[at] === 0x2c) at++
    else if (at < end && bytes[at] === 0x7d) return at + 1
    else fail(bytes, at, end, "',' or '}'")
  }
}

/**
 * Visits the items of the list that starts at `from`, in order, and returns the offset after its closing bracket.
 *
 * @throws {JsonSyntaxError} where the grammar is broken, or `from` holds no list
 */
export function scanItems(
  bytes: Uint8Array,
  from: number,
  end: number,
  visit: (start: number, end: number) => void,
): number {
  if (from >= end || bytes[from] !== 0x5b) fail(bytes, from, end, 'a list')
  let at = skipSpace(bytes, from + 1, end)
  if (at < end && bytes[at] === 0x5d) return at + 1
  for (;;) {
    const start = skipSpace(bytes, at, end)
    const itemEnd = skipValue(bytes, start, end)
    visit(start, itemEnd)
    at = skipSpace(bytes, itemEnd, end)
    if (at < end && bytes[at] === 0x2c) at++
    else if (at < end && bytes[at] === 0x5d) return at + 1
    else fail(bytes, at, end, "',' or ']'")
  }
}

/** True where the quoted key at `start` spells `key`, also when it is written with escapes. */
export function keyEquals(bytes: Buffer, start: number, end: number, key: Buffer): boolean {
  const inner = end - start - 2
  if (inner === key.length) {
    let i = 0
    while (i < inner && bytes[start + 1 + i] === key[i]) i++
    if (i === inner) return true
  }
  if (inner <= key.length || bytes.subarray(start, end).indexOf(0x5c) < 0) return false
  return JSON.parse(decodeUtf8(bytes, start, end)) === decodeUtf8(key, 0, key.length)
}
