import type { PagedBytes } from './paged-bytes.js'

/** Where a table starts, and of how many slots of which size it is. */
interface ProbingLayout {
  readonly start: number
  readonly buckets: number
  readonly entryBytes: number
}

/** A hash table with linear probing in the layout of KenLM (util/probing_hash_table.hh): keys of 64 bits, 0 for a free slot. */
export class ProbingTable {
  /** All 32-bit words of the table's page, where it lies within one; the way for tables across pages is slower. */
  readonly #page: Int32Array | undefined
  readonly #inverse: number
  readonly start: number
  readonly buckets: number
  readonly entryBytes: number

  constructor(
    readonly bytes: PagedBytes,
    { start, buckets, entryBytes }: ProbingLayout,
  ) {
    this.start = start
    this.buckets = buckets
    this.entryBytes = entryBytes
    this.#page = bytes.wordsOf(start, start + buckets * entryBytes)
    this.#inverse = 1 / buckets
  }

  get end(): number {
    return this.start + this.buckets * this.entryBytes
  }

  /** Where the value of a key stands; -1 where the key is not there. */
  find(high: number, low: number): number {
    const page = this.#page
    return page === undefined ? this.#findAcross(high | 0, low | 0) : this.#findIn(page, high | 0, low | 0)
  }

  #findIn(page: Int32Array, high: number, low: number): number {
    const { buckets } = this
    const width = this.entryBytes >>> 2
    const first = (this.start % this.bytes.pageBytes) >>> 2
    let bucket = this.#bucketOf(high, low)
    for (let probes = 0; probes < buckets; probes++) {
      const at = first + bucket * width
      const foundLow = page[at]
      const foundHigh = page[at + 1]
      if (foundLow === low && foundHigh === high) return this.start + bucket * this.entryBytes + 8
      if (foundLow === 0 && foundHigh === 0) return -1
      if (++bucket === buckets) bucket = 0
    }
    return -1
  }

  #findAcross(high: number, low: number): number {
    const { bytes, start, buckets, entryBytes } = this
    let bucket = this.#bucketOf(high, low)
    for (let probes = 0; probes < buckets; probes++) {
      const at = start + bucket * entryBytes
      const foundLow = bytes.int32(at)
      const foundHigh = bytes.int32(at + 4)
      if (foundLow === low && foundHigh === high) return at + 8
      if (foundLow === 0 && foundHigh === 0) return -1
      if (++bucket === buckets) bucket = 0
    }
    return -1
  }

  /** Makes room for a key and says where its value goes; -1 where the key was there. The table must have a free slot. */
  add(high: number, low: number): number {
    const { bytes, start, buckets, entryBytes } = this
    let bucket = this.#bucketOf(high, low)
    for (;;) {
      const at = start + bucket * entryBytes
      const foundLow = bytes.int32(at)
      const foundHigh = bytes.int32(at + 4)
      if (foundLow === (low | 0) && foundHigh === (high | 0)) return -1
      if (foundLow === 0 && foundHigh === 0) {
        bytes.setInt32(at, low)
        bytes.setInt32(at + 4, high)
        return at + 8
      }
      if (++bucket === buckets) bucket = 0
    }
  }

  /** The rest of the key, a number of 64 bits, by the number of buckets (below 2^36), 16 bits at a time. */
  #bucketOf(high: number, low: number): number {
    let rest = this.#rest(high >>> 0)
    rest = this.#rest(rest * 65536 + (low >>> 16))
    return this.#rest(rest * 65536 + (low & 0xffff))
  }

  #rest(value: number): number {
    const { buckets } = this
    if (value < buckets) return value
    const rest = value - Math.floor(value * this.#inverse) * buckets
    if (rest < 0) return rest + buckets
    return rest >= buckets ? rest - buckets : rest
  }
}

/** How many slots a table for `count` entries has in a file. */
export function bucketsFor(count: number, multiplier: number): number {
  return Math.max(count + 1, Math.floor(Math.fround(Math.fround(multiplier) * Math.fround(count))))
}
