import { PagedBytes } from './paged-bytes.js'
import { bucketsFor, ProbingTable } from './tables.js'

const multiplier = 1.5

/** A hash table that takes more entries than it was made for. */
export class GrowingTable {
  #table: ProbingTable
  #size = 0

  constructor(count: number, entryBytes: number) {
    this.#table = emptyTable(bucketsFor(count, multiplier), entryBytes)
  }

  get table(): ProbingTable {
    return this.#table
  }

  /** Where the value of a new key goes; -1 where the key was there. */
  add(high: number, low: number): number {
    if (this.#size + 1 >= this.#table.buckets) this.#grow()
    const at = this.#table.add(high, low)
    if (at >= 0) this.#size++
    return at
  }

  #grow(): void {
    const { bytes, buckets, entryBytes } = this.#table
    const larger = emptyTable(buckets * 2 + 16, entryBytes)
    for (let at = 0; at < buckets * entryBytes; at += entryBytes) {
      const low = bytes.int32(at)
      const high = bytes.int32(at + 4)
      if (low === 0 && high === 0) continue
      const to = larger.add(high >>> 0, low >>> 0)
      for (let offset = 8; offset < entryBytes; offset += 4)
        larger.bytes.setInt32(to + offset - 8, bytes.int32(at + offset))
    }
    this.#table = larger
  }
}

function emptyTable(buckets: number, entryBytes: number): ProbingTable {
  return new ProbingTable(PagedBytes.zeros(buckets * entryBytes), { start: 0, buckets, entryBytes })
}
