/** What a byte can mean inside a JSON string: 0 plain, 1 closing quote, 2 backslash, 3 forbidden control character. */
const stringClass = new Uint8Array(256).fill(3, 0, 32)
stringClass[0x22] = 1
stringClass[0x5c] = 2

const isHex = new Uint8Array(256)
for (const c of '0123456789abcdefABCDEF') isHex[c.charCodeAt(0)] = 1

const isEscape = new Uint8Array(256)
for (const c of '"\\/bfnrt') isEscape[c.charCodeAt(0)] = 1

/** A half-open range of bytes. */
export interface Span {
  start: number
  end: number
}

/** Where a JSON text breaks the grammar; `offset` counts bytes from the start of the buffer. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
  constructor(
    readonly offset: number,
    what: string,
  ) {
    super(what)
  }
}

/** Says what breaks the grammar at a place. */
export function fail(bytes: Uint8Array, { at, end }: { at: number; end: number }, expected: string): never {
  const found = at >= end ? 'the end of the line' : describeByte(bytes[at])
  throw new JsonSyntaxError(at, `expected ${expected}, found ${found}`)
}

function describeByte(byte: number): string {
  if (byte === 0) return 'a NUL byte'
  if (byte < 0x20) return `control character U+${byte.toString(16).toUpperCase().padStart(4, '0')}`
  return byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${byte.toString(16)}`
}

export function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end) {
    const c = bytes[at]
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break
    at++
  }
  return at
}

/** Returns the offset after the closing quote of the string whose opening quote stands at `from`. */
export function skipString(bytes: Uint8Array, from: number, end: number): number {
  let at = from + 1
  const last = end - 8
  for (;;) {
    // Eight bytes a step: most of a dataset is plain text inside strings.
    while (
      at <= last &&
      (stringClass[bytes[at]] |
        stringClass[bytes[at + 1]] |
        stringClass[bytes[at + 2]] |
        stringClass[bytes[at + 3]] |
        stringClass[bytes[at + 4]] |
        stringClass[bytes[at + 5]] |
        stringClass[bytes[at + 6]] |
        stringClass[bytes[at + 7]]) ===
        0
    ) {
      at += 8
    }
    while (at < end && stringClass[bytes[at]] === 0) at++
    if (at >= end) fail(bytes, { at: end, end }, 'a closing quote')
    const c = bytes[at]
    if (c === 0x22) return at + 1
    if (c !== 0x5c) fail(bytes, { at, end }, 'no raw control character inside a string')
    at = skipEscape(bytes, at, end)
  }
}

function skipEscape(bytes: Uint8Array, at: number, end: number): number {
  const c = at + 1 < end ? bytes[at + 1] : 0
  if (isEscape[c] === 1) return at + 2
  if (c !== 0x75) fail(bytes, { at: at + 1, end }, 'a valid escape after the backslash')
  for (let i = at + 2; i < at + 6; i++)
    if (i >= end || isHex[bytes[i]] === 0) fail(bytes, { at: i, end }, 'four hex digits')
  return at + 6
}

function skipDigits(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) at++
  if (at === from) fail(bytes, { at, end }, 'a digit')
  return at
}

function skipNumber(bytes: Uint8Array, from: number, end: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from
  at = bytes[at] === 0x30 && at < end ? at + 1 : skipDigits(bytes, at, end)
  if (at < end && bytes[at] === 0x2e) at = skipDigits(bytes, at + 1, end)
  if (at < end && (bytes[at] | 0x20) === 0x65) {
    at++
    if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++
    at = skipDigits(bytes, at, end)
  }
  return at
}

/** The words that are values, by their first byte. */
const words: (string | undefined)[] = Array.from({ length: 128 }, () => undefined)
for (const word of ['true', 'false', 'null', 'NaN', 'Infinity']) words[word.charCodeAt(0)] = word

/** Returns the offset after the word that the byte at `from` begins, which is one that begins a word. */
function skipWord(bytes: Uint8Array, from: number, end: number): number {
  const word = words[bytes[from]]!
  for (let i = 1; i < word.length; i++)
    if (from + i >= end || bytes[from + i] !== word.charCodeAt(i)) fail(bytes, { at: from + i, end }, 'a JSON value')
  return from + word.length
}

let nonFinite = 0

/** How many numbers that are not finite have been scanned so far: whether a text holds some shows in whether this grew. */
export function countNonFinite(): number {
  return nonFinite
}

function skipNonFinite(bytes: Uint8Array, from: number, end: number): number {
  const after = skipWord(bytes, from, end)
  nonFinite++
  return after
}

function skipScalar(bytes: Uint8Array, from: number, end: number): number {
  if (from >= end) fail(bytes, { at: from, end }, 'a JSON value')
  const c = bytes[from]
  if (c === 0x22) return skipString(bytes, from, end)
  if (c === 0x4e || c === 0x49) return skipNonFinite(bytes, from, end)
  if (c === 0x2d && from + 1 < end && bytes[from + 1] === 0x49) return skipNonFinite(bytes, from + 1, end)
  if (c === 0x74 || c === 0x66 || c === 0x6e) return skipWord(bytes, from, end)
  if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return skipNumber(bytes, from, end)
  return fail(bytes, { at: from, end }, 'a JSON value')
}

/** Open brackets of the value being skipped; grows with depth, so that depth never costs call stack. */
let openBrackets = new Uint8Array(256)

function pushBracket(depth: number, bracket: number): void {
  if (depth === openBrackets.length) {
    const larger = new Uint8Array(depth * 2)
    larger.set(openBrackets)
    openBrackets = larger
  }
  openBrackets[depth] = bracket
}

/** Returns the offset of a member's value, given the offset of its key. */
function skipKey(bytes: Uint8Array, from: number, end: number): number {
  const at = skipSpace(bytes, from, end)
  if (at >= end || bytes[at] !== 0x22) fail(bytes, { at, end }, 'a key in double quotes')
  const colon = skipSpace(bytes, skipString(bytes, at, end), end)
  if (colon >= end || bytes[colon] !== 0x3a) fail(bytes, { at: colon, end }, "':'")
  return skipSpace(bytes, colon + 1, end)
}

/**
 * Returns the offset after the JSON value that starts at `from` (no leading white space), accepting
 * exactly what `JSON.parse` accepts, and beside that NaN, Infinity and -Infinity as values, as Python writes them.
 *
 * @throws {JsonSyntaxError} where the grammar is broken
 */
export function skipValue(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  let depth = 0
  for (;;) {
    const c = at < end ? bytes[at] : 0
    if (c === 0x7b || c === 0x5b) {
      const inside = skipSpace(bytes, at + 1, end)
      if (inside < end && bytes[inside] === c + 2) {
        at = inside + 1
      } else {
        pushBracket(depth++, c)
        at = c === 0x7b ? skipKey(bytes, inside, end) : inside
        continue
      }
    } else {
      at = skipScalar(bytes, at, end)
    }
    for (;;) {
      if (depth === 0) return at
      at = skipSpace(bytes, at, end)
      const next = at < end ? bytes[at] : 0
      const open = openBrackets[depth - 1]
      if (next === 0x2c) {
        at = open === 0x7b ? skipKey(bytes, at + 1, end) : skipSpace(bytes, at + 1, end)
        break
      }
      if (next !== open + 2) fail(bytes, { at, end }, open === 0x7b ? "',' or '}'" : "',' or ']'")
      at++
      depth--
    }
  }
}
