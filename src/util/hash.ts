import { createHash, hash } from 'node:crypto'
import xxhash, { type XXHash } from 'xxhash-wasm'

/** Compiled with the module, a millisecond: nobody can use it too early. */
const api = await xxhash()

/** A running 64-bit checksum (XXH64), for noticing damage and change; it does not withstand an adversary. */
export class Checksum {
  readonly #hash: XXHash<bigint>

  constructor() {
    this.#hash = createXxh64()
  }

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes)
    return this
  }

  /** 16 hex digits. */
  digest(): string {
    return this.#hash.digest().toString(16).padStart(16, '0')
  }
}

/** As `Checksum`, of bytes that are all there. */
export function checksumOf(bytes: Uint8Array): string {
  return api.h64Raw(bytes).toString(16).padStart(16, '0')
}

/** True where another text begins with what `checksumOf` gives for bytes. */
export function hasChecksum(bytes: Uint8Array, text: Uint8Array): boolean {
  const sum = api.h64Raw(bytes)
  return Number(sum >> 32n) === hexAt(text, 0) && Number(sum & 0xffff_ffffn) === hexAt(text, 8)
}

/** Eight digits of a text as a number; -1 where it is none. */
function hexAt(text: Uint8Array, from: number): number {
  let value = 0
  for (let at = from; at < from + 8; at++) {
    const code = text[at]
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : -1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

/** A running XXH64 whose value is a number, as file formats carry it. */
export function createXxh64(): XXHash<bigint> {
  return api.create64()
}

/** XXH32 of bytes, as file formats carry it. */
export function xxh32(bytes: Uint8Array): number {
  return api.create32().update(bytes).digest() >>> 0
}

/** A text that is never in memory as a whole: each time it is asked for, it comes in pieces. */
export interface LongText {
  readonly length: number
  pieces(): Iterable<string>
}

/** SHA-256 of the parts, as 40 hex digits; parts are separated, so that no two lists of parts share a text. */
export function fingerprintOf(...parts: readonly (string | LongText)[]): string {
  if (parts.some(part => typeof part !== 'string')) return fingerprintOfLong(parts)
  let text = ''
  for (const part of parts) text += `${part.length}:${part}`
  return hash('sha256', text, 'hex').slice(0, 40)
}

function fingerprintOfLong(parts: readonly (string | LongText)[]): string {
  const running = createHash('sha256')
  for (const part of parts) {
    running.update(`${part.length}:`)
    for (const piece of typeof part === 'string' ? [part] : part.pieces()) running.update(piece)
  }
  return running.digest('hex').slice(0, 40)
}

/** The text of a JSON array, by the texts of its items. */
export function arrayOf(items: () => Iterable<string>): LongText {
  let length = 1
  for (const item of items()) length += item.length + 1
  function* pieces() {
    let before = '['
    for (const item of items()) {
      yield before + item
      before = ','
    }
    yield before === '[' ? '[]' : ']'
  }
  return { length: Math.max(2, length), pieces }
}

/** JSON with the keys of every object in order, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** A text hashed to a number in [0, 1). */
export function hashToUnit(text: string): number {
  return Number(api.h64(text) >> 11n) / 2 ** 53
}
