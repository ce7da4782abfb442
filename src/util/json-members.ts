import { fail, type Span, skipSpace, skipString, skipValue } from './json-scan.js'
import { decodeUtf8 } from './utf8.js'

/** Where a key, with its quotes, and its value stand. */
export interface MemberSpan {
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
}

/**
 * Visits the members of the object that starts where the range does, in order, and returns the offset after its
 * closing brace. What a visit is given is valid until the next.
 *
 * @throws {JsonSyntaxError} where the grammar is broken, or the range starts with no object
 */
export function scanMembers(
  bytes: Uint8Array,
  { start: from, end }: Readonly<Span>,
  visit: (member: MemberSpan) => void,
): number {
  if (from >= end || bytes[from] !== 0x7b) fail(bytes, { at: from, end }, 'an object')
  let at = skipSpace(bytes, from + 1, end)
  if (at < end && bytes[at] === 0x7d) return at + 1
  const member = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0 }
  for (;;) {
    at = skipSpace(bytes, at, end)
    if (at >= end || bytes[at] !== 0x22) fail(bytes, { at, end }, 'a key in double quotes')
    member.keyStart = at
    member.keyEnd = skipString(bytes, at, end)
    at = skipSpace(bytes, member.keyEnd, end)
    if (at >= end || bytes[at] !== 0x3a) fail(bytes, { at, end }, "':'")
    const valueStart = skipSpace(bytes, at + 1, end)
    const valueEnd = skipValue(bytes, valueStart, end)
    member.valueStart = valueStart
    member.valueEnd = valueEnd
    visit(member)
    at = skipSpace(bytes, valueEnd, end)
    if (at < end && bytes[at] === 0x2c) at++
    else if (at < end && bytes[at] === 0x7d) return at + 1
    else fail(bytes, { at, end }, "',' or '}'")
  }
}

/**
 * Visits the items of the list that starts where the range does, in order, and returns the offset after its closing
 * bracket.
 *
 * @throws {JsonSyntaxError} where the grammar is broken, or the range starts with no list
 */
export function scanItems(
  bytes: Uint8Array,
  { start: from, end }: Readonly<Span>,
  visit: (start: number, end: number) => void,
): number {
  if (from >= end || bytes[from] !== 0x5b) fail(bytes, { at: from, end }, 'a list')
  let at = skipSpace(bytes, from + 1, end)
  if (at < end && bytes[at] === 0x5d) return at + 1
  for (;;) {
    const start = skipSpace(bytes, at, end)
    const itemEnd = skipValue(bytes, start, end)
    visit(start, itemEnd)
    at = skipSpace(bytes, itemEnd, end)
    if (at < end && bytes[at] === 0x2c) at++
    else if (at < end && bytes[at] === 0x5d) return at + 1
    else fail(bytes, { at, end }, "',' or ']'")
  }
}

/** True where the quoted key of a member spells `key`, also when it is written with escapes. */
export function keyEquals(
  bytes: Buffer,
  { keyStart: start, keyEnd: end }: Pick<MemberSpan, 'keyStart' | 'keyEnd'>,
  key: Buffer,
): boolean {
  const inner = end - start - 2
  if (inner === key.length) {
    let i = 0
    while (i < inner && bytes[start + 1 + i] === key[i]) i++
    if (i === inner) return true
  }
  if (inner <= key.length || bytes.subarray(start, end).indexOf(0x5c) < 0) return false
  return JSON.parse(decodeUtf8(bytes, start, end)) === decodeUtf8(key, 0, key.length)
}
