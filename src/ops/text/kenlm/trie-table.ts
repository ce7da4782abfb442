import type { PagedBytes } from './paged-bytes.js'

/** Values of an n-gram of which a table stores places in a list. */
export interface Bins {
  readonly probabilities: Float32Array
  /** Absent for n-grams of full order. */
  readonly backoffs: Float32Array | undefined
}

/** High parts of `next` values, in ascending order: the i-th entry has as high a part as values up to i say. */
export interface NextArray {
  readonly start: number
  readonly entries: number
}

export interface TrieTableLayout {
  readonly bytes: PagedBytes
  readonly start: number
  readonly wordBits: number
  /** Undefined where probabilities stand in the table as they are. */
  readonly bins: Bins | undefined
  /** Bits of where the n-grams that go on from one start; 0 for n-grams of full order. */
  readonly nextBits: number
  readonly nextArray: NextArray | undefined
}

const floatBits = new Uint32Array(1)
const floatValue = new Float32Array(floatBits.buffer)

/** N-grams of one order, bit-packed and sorted by word within those of the same context (lm/trie.cc, util/bit_packing.hh). */
export class TrieTable {
  readonly #layout: TrieTableLayout
  readonly #valueBits: number
  readonly #entryBits: number

  constructor(layout: TrieTableLayout, isLongest: boolean) {
    this.#layout = layout
    const { bins, wordBits, nextBits } = layout
    this.#valueBits = bins === undefined ? (isLongest ? 31 : 63) : bitsFor(bins.probabilities) + bitsFor(bins.backoffs)
    this.#entryBits = wordBits + this.#valueBits + nextBits
  }

  get entryBits(): number {
    return this.#entryBits
  }

  /** The entry of a word among `[from, until)`; -1 where it is not there. */
  find(word: number, from: number, until: number): number {
    const { wordBits } = this.#layout
    let low = from
    let high = until
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const found = this.#bits(middle * this.#entryBits, wordBits)
      if (found === word) return middle
      if (found < word) low = middle + 1
      else high = middle
    }
    return -1
  }

  probability(entry: number): number {
    const { wordBits, bins } = this.#layout
    const at = entry * this.#entryBits + wordBits
    if (bins === undefined) return asFloat(this.#bits(at, 31) + 2 ** 31)
    const skipped = bitsFor(bins.backoffs)
    return bins.probabilities[this.#bits(at + skipped, bitsFor(bins.probabilities))]
  }

  backoff(entry: number): number {
    const { wordBits, bins } = this.#layout
    const at = entry * this.#entryBits + wordBits
    if (bins === undefined) return asFloat(this.#bits(at + 31, 32))
    return bins.backoffs![this.#bits(at, bitsFor(bins.backoffs))]
  }

  /** Where the n-grams that go on from an entry start in the next table. */
  next(entry: number): number {
    const { wordBits, nextBits, nextArray } = this.#layout
    const inline = this.#bits(entry * this.#entryBits + wordBits + this.#valueBits, nextBits)
    return nextArray === undefined ? inline : this.#highPart(nextArray, entry) * 2 ** nextBits + inline
  }

  #highPart({ start, entries }: NextArray, entry: number): number {
    const { bytes } = this.#layout
    let low = 0
    let high = entries
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (bytes.uint64(start + middle * 8) <= entry) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #bits(at: number, width: number): number {
    const { bytes, start } = this.#layout
    const byte = start + Math.floor(at / 8)
    const shift = at % 8
    if (width <= 32) {
      const value = bytes.bits32(byte, shift)
      return width === 32 ? value : value & (2 ** width - 1) ? (value & (2 ** width - 1)) >>> 0 : 0
    }
    const high = bytes.bits32(byte + 4, shift)
    return bytes.bits32(byte, shift) + (high % 2 ** (width - 32)) * 2 ** 32
  }
}

function asFloat(bits: number): number {
  floatBits[0] = bits
  return floatValue[0]
}

function bitsFor(values: Float32Array | undefined): number {
  return values === undefined ? 0 : Math.log2(values.length)
}

/** Bits that it takes to write a number. */
export function bitLength(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log2(value)) + 1
}
