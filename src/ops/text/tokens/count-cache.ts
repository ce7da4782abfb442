const slotBits = 19
const maxEntries = 1 << (slotBits - 1)
const maxUnits = 1 << 21
/** Longest piece that is kept: as long as what is left of a stretch that was cut. */
const longestKept = 1000

/** Token counts of pieces of text that came before, up to some 12 MB of them; when it is full it starts over. */
export class CountCache {
  /** Entry plus 1 by hash, 0 where there is none; open addressing. */
  readonly #slots = new Int32Array(1 << slotBits)
  readonly #hashes = new Int32Array(maxEntries)
  readonly #ends = new Int32Array(maxEntries + 1)
  readonly #counts = new Uint16Array(maxEntries)
  /** The pieces, one after the other. */
  readonly #units = new Uint16Array(maxUnits)
  #entries = 0
  /** The piece that was not found last, and where it would stand; none where its length is 0. */
  #missedStart = 0
  #missedLength = 0
  #missedSlot = 0
  #missedHash = 0

  /** The count of the piece `units[start, end)`, or -1 where it is new. */
  find(units: Uint16Array, start: number, end: number): number {
    this.#missedLength = 0
    if (end - start > longestKept) return -1
    let hash = 0
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 0x01000193) + units[at]) | 0
    let slot = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> (32 - slotBits)
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & (this.#slots.length - 1)) {
      const entry = this.#slots[slot] - 1
      if (this.#hashes[entry] === hash && this.#lengthOf(entry) === end - start && this.#isAt(entry, units, start))
        return this.#counts[entry]
    }
    this.#missedStart = start
    this.#missedLength = end - start
    this.#missedSlot = slot
    this.#missedHash = hash
    return -1
  }

  /** Keeps the count of the piece of these units that was just not found. */
  add(units: Uint16Array, count: number): void {
    const start = this.#missedStart
    const length = this.#missedLength
    if (length === 0) return
    const entry = this.#entries++
    const from = this.#ends[entry]
    if (this.#entries === maxEntries || from + length > maxUnits) {
      this.#slots.fill(0)
      this.#entries = 0
      return
    }
    this.#units.set(units.subarray(start, start + length), from)
    this.#ends[entry + 1] = from + length
    this.#hashes[entry] = this.#missedHash
    this.#counts[entry] = count
    this.#slots[this.#missedSlot] = entry + 1
  }

  #lengthOf(entry: number): number {
    return this.#ends[entry + 1] - this.#ends[entry]
  }

  /** Whether an entry's piece stands at `start` of the units. */
  #isAt(entry: number, units: Uint16Array, start: number): boolean {
    const end = this.#ends[entry + 1]
    for (let at = this.#ends[entry], i = start; at < end; at++, i++) if (this.#units[at] !== units[i]) return false
    return true
  }
}
