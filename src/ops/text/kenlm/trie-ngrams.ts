import type { Ngrams } from './language-model.js'
import { murmurHash } from './murmur.js'
import type { PagedBytes } from './paged-bytes.js'
import type { TrieTable } from './trie-table.js'

/** Where the parts of a model stand whose n-grams are in a trie. */
export interface TrieParts {
  readonly order: number
  readonly bytes: PagedBytes
  /** Sorted hashes of the words. */
  readonly hashes: { readonly start: number; readonly count: number }
  readonly unigrams: number
  readonly tables: readonly TrieTable[]
}

const unigramBytes = 16

/** N-grams in a trie (types `trie` of KenLM, quantized or not). */
export class TrieNgrams implements Ngrams {
  readonly #parts: TrieParts
  #from = 0
  #until = 0
  #length = 0
  probability = 0
  backoff = 0

  constructor(parts: TrieParts) {
    this.#parts = parts
  }

  get order(): number {
    return this.#parts.order
  }

  wordId(word: Uint8Array): number {
    const { bytes, hashes } = this.#parts
    const { high, low } = murmurHash(word)
    let from = 0
    let until = hashes.count
    while (from < until) {
      const middle = Math.floor((from + until) / 2)
      const at = hashes.start + middle * 8
      const foundHigh = bytes.int32(at + 4) >>> 0
      const foundLow = bytes.int32(at) >>> 0
      if (foundHigh === high && foundLow === low) return middle + 1
      if (foundHigh < high || (foundHigh === high && foundLow < low)) from = middle + 1
      else until = middle
    }
    return 0
  }

  start(word: number): void {
    const { bytes, unigrams } = this.#parts
    const at = unigrams + word * unigramBytes
    this.probability = bytes.float32(at)
    if (this.probability > 0) this.probability = -this.probability
    this.backoff = bytes.float32(at + 4)
    this.#from = bytes.uint64(at + 8)
    this.#until = bytes.uint64(at + 8 + unigramBytes)
    this.#length = 1
  }

  extend(word: number, isLongest: boolean): boolean {
    const table = this.#parts.tables[this.#length - 1]
    const entry = table.find(word, this.#from, this.#until)
    if (entry < 0) return false
    this.probability = table.probability(entry)
    if (!isLongest) {
      this.backoff = table.backoff(entry)
      this.#from = table.next(entry)
      this.#until = table.next(entry + 1)
    }
    this.#length++
    return true
  }
}
