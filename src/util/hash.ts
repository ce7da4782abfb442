import { createHash } from 'node:crypto'
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
  const hash = createHash('sha256')
  for (const part of parts) {
    hash.update(`${part.length}:`)
    for (const piece of typeof part === 'string' ? [part] : part.pieces()) hash.update(piece)
  }
  return hash.digest('hex').slice(0, 40)
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
