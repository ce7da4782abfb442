import { ContextKey } from './context-key.js'
import type { Ngrams } from './language-model.js'
import { murmurHash } from './murmur.js'
import type { PagedBytes } from './paged-bytes.js'
import type { ProbingTable } from './tables.js'

/** Where the parts of a model stand whose n-grams are in hash tables. */
export interface HashedParts {
  readonly order: number
  /** Values are ids of 32 bits. */
  readonly vocabulary: ProbingTable
  readonly unigrams: { readonly bytes: PagedBytes; readonly start: number }
  /** Of orders 2 up to the one below the longest; values are probability and back-off. */
  readonly middles: readonly ProbingTable[]
  /** Values are probabilities. */
  readonly longest: ProbingTable
}

/** N-grams in hash tables (type `probing` of KenLM, and what is made of an ARPA file). */
export class HashedNgrams implements Ngrams {
  readonly #parts: HashedParts
  readonly #key = new ContextKey()
  #length = 0
  probability = 0
  backoff = 0

  constructor(parts: HashedParts) {
    this.#parts = parts
  }

  get order(): number {
    return this.#parts.order
  }

  wordId(word: Uint8Array): number {
    const { vocabulary } = this.#parts
    const { high, low } = murmurHash(word)
    const at = vocabulary.find(high, low)
    return at < 0 ? 0 : vocabulary.bytes.int32(at) >>> 0
  }

  start(word: number): void {
    const { bytes, start } = this.#parts.unigrams
    const at = start + word * 8
    this.#key.start(word)
    this.#length = 1
    this.probability = asProbability(bytes.float32(at))
    this.backoff = bytes.float32(at + 4)
  }

  extend(word: number, isLongest: boolean): boolean {
    const key = this.#key
    key.extend(word)
    const table = isLongest ? this.#parts.longest : this.#parts.middles[this.#length - 1]
    const at = table.find(key.high, key.low)
    if (at < 0) return false
    this.#length++
    const value = table.bytes.float32(at)
    this.probability = isLongest ? value : asProbability(value)
    if (!isLongest) this.backoff = table.bytes.float32(at + 4)
    return true
  }
}

/** The sign of a stored probability says something else. */
function asProbability(value: number): number {
  return value > 0 ? -value : value
}
