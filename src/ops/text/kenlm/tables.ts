import { modulo } from './context-key.js'
import type { PagedBytes } from './paged-bytes.js'

/** A hash table with linear probing in the layout of KenLM (util/probing_hash_table.hh): keys of 64 bits, 0 for a free slot. */
export class ProbingTable {
  constructor(
    readonly bytes: PagedBytes,
    readonly start: number,
    readonly buckets: number,
    readonly entryBytes: number,
  ) {}

  get end(): number {
    return this.start + this.buckets * this.entryBytes
  }

  /** Where the value of a key stands; -1 where the key is not there. */
  find(high: number, low: number): number {
    const { bytes, start, buckets, entryBytes } = this
    const wantedHigh = high | 0
    const wantedLow = low | 0
    let bucket = modulo(high, low, buckets)
    for (let probes = 0; probes < buckets; probes++) {
      const at = start + bucket * entryBytes
      const foundLow = bytes.int32(at)
      const foundHigh = bytes.int32(at + 4)
      if (foundLow === wantedLow && foundHigh === wantedHigh) return at + 8
      if (foundLow === 0 && foundHigh === 0) return -1
      if (++bucket === buckets) bucket = 0
    }
    return -1
  }

  /** Makes room for a key and says where its value goes; -1 where the key was there. The table must have a free slot. */
  add(high: number, low: number): number {
    const { bytes, start, buckets, entryBytes } = this
    let bucket = modulo(high, low, buckets)
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
}

/** How many slots a table for `count` entries has in a file. */
export function bucketsFor(count: number, multiplier: number): number {
  return Math.max(count + 1, Math.floor(Math.fround(Math.fround(multiplier) * Math.fround(count))))
}
