/** How often the n-grams of a sequence occur. */
export interface NgramCounts {
  /** All occurrences. */
  readonly total: number
  readonly distinct: number
  /** Occurrences of each n-gram that occurs more than once, in no particular order. */
  readonly repeated: readonly number[]
}

/** Whether the symbols at two positions are equal; asked only where their numbers are. */
export type SameSymbol = (a: number, b: number) => boolean

/** Most slots of the table, 48 MB in all; sequences that need more are counted in several passes. */
const maxSlots = 1 << 22
/** Most bytes of the filter; beyond it the filter lets more through to the table, which decides. */
const maxFilterBytes = 1 << 23
const base = 0x01000193

/**
 * Two numbers a slot: the hash of an n-gram, and where it last stood plus `epoch`. Places up to `epoch` are
 * left over from earlier sequences, so that the table never needs clearing.
 */
let slots = new Int32Array(0)
/** Repeats by slot; all zero between calls. */
let repeats = new Int32Array(0)
let epoch = 0
/** The slot of the n-gram at each place, where it has one. */
let slotAt = new Int32Array(0)
/** By leading bits of the hash: 0 for n-grams never met, 1 met once, 3 met again. Only the last need the table. */
let filter = new Uint8Array(0)
/** The mixed hash of the n-gram at each place. */
let hashes = new Int32Array(0)

/**
 * Counts the n-grams of `symbols[0, length)` exactly, by a rolling hash that is verified wherever two meet.
 * Equal numbers mean equal symbols, unless `isSame` is given to decide.
 */
export function countNgrams(symbols: Int32Array, length: number, n: number, isSame?: SameSymbol): NgramCounts {
  if (n <= 0) return countEmptyNgrams(symbols, length, -n, isSame)
  const total = length - n + 1
  if (total <= 0) return { total: 0, distinct: 0, repeated: [] }
  const filterShift = 32 - Math.log2(Math.min(maxFilterBytes, powerOfTwo(Math.max(1024, total * 8))))
  hashAll(symbols, total, n)
  const suspects = findSuspects(total, filterShift)
  const found = { distinct: total - suspects, repeated: [] as number[] }
  if (suspects > 0) {
    const passes = Math.ceil((suspects * 2) / maxSlots)
    const slotCount = passes > 1 ? maxSlots : powerOfTwo(Math.max(64, suspects * 2))
    for (let pass = 0; pass < passes; pass++) {
      prepare(slotCount, length)
      countPass({ symbols, total, n, isSame, filterShift, slotCount, pass, passes }, found)
      epoch += length
    }
  }
  return { total, ...found }
}

/** Python's slices of length 0 or less: `sequence[i : i - k]` is empty but for the first k, which reach k short of the end. */
function countEmptyNgrams(symbols: Int32Array, length: number, k: number, isSame?: SameSymbol): NgramCounts {
  const total = length + k + 1
  const full = length > k && k > 0 ? countNgrams(symbols, length - 1, length - k, isSame) : undefined
  const empty = total - (full?.total ?? 0)
  return {
    total,
    distinct: (full?.distinct ?? 0) + 1,
    repeated: empty > 1 ? [...(full?.repeated ?? []), empty] : (full?.repeated ?? []),
  }
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast))
}

/** Writes the rolling hash of each n-gram, its bits mixed, to `hashes`. */
function hashAll(symbols: Int32Array, total: number, n: number): void {
  if (hashes.length < total) hashes = new Int32Array(powerOfTwo(total))
  const out = hashes
  let hash = 0
  let top = 1
  for (let i = 0; i < n; i++) {
    hash = (Math.imul(hash, base) + symbols[i]) | 0
    if (i > 0) top = Math.imul(top, base)
  }
  for (let at = 0; at < total - 1; at++) {
    out[at] = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1)
    hash = (Math.imul(hash - Math.imul(symbols[at], top), base) + symbols[at + n]) | 0
  }
  out[total - 1] = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1)
}

/** Fills the filter and returns how many n-grams it lets through: all that occur twice, and a few others. */
function findSuspects(total: number, shift: number): number {
  const size = 2 ** (32 - shift)
  if (filter.length < size) filter = new Uint8Array(size)
  else filter.fill(0, 0, size)
  const states = filter
  const mixed = hashes
  let suspects = 0
  for (let at = 0; at < total; at++) {
    const cell = mixed[at] >>> shift
    const state = states[cell]
    states[cell] = ((state << 1) | 1) & 3
    // The first n-gram in a cell becomes a suspect together with the second.
    suspects += (state & 1) + (state & ~(state >> 1) & 1)
  }
  return suspects
}

function prepare(slotCount: number, length: number): void {
  if (slotAt.length < length) slotAt = new Int32Array(powerOfTwo(length))
  if (repeats.length < slotCount) {
    slots = new Int32Array(slotCount * 2)
    repeats = new Int32Array(slotCount)
    epoch = 0
  } else if (epoch + length > 0x7ffffff0) {
    slots.fill(0)
    epoch = 0
  }
}

interface Pass {
  readonly symbols: Int32Array
  readonly total: number
  readonly n: number
  readonly isSame: SameSymbol | undefined
  readonly filterShift: number
  readonly slotCount: number
  readonly pass: number
  readonly passes: number
}

function countPass(job: Pass, found: { distinct: number; repeated: number[] }): void {
  const { symbols, total, n, isSame, filterShift, slotCount, pass, passes } = job
  const table = slots
  const states = filter
  const mixed = hashes
  const counts = repeats
  const homes = slotAt
  const shift = 32 - Math.log2(slotCount)
  const repeatedSlots: number[] = []
  const last = n - 1
  let distinct = 0
  /** Where the n-gram stands that the one before was equal to: text that repeats goes on repeating. */
  let matched = -2
  for (let at = 0; at < total; at++) {
    if (
      matched >= 0 &&
      symbols[matched + 1 + last] === symbols[at + last] &&
      (isSame === undefined || isSame(matched + 1 + last, at + last))
    ) {
      const slot = homes[++matched]
      homes[at] = slot
      if (counts[slot]++ === 0) repeatedSlots.push(slot)
      continue
    }
    matched = -2
    const hash = mixed[at]
    if (states[hash >>> filterShift] !== 3 || (passes > 1 && passOf(hash, passes) !== pass)) continue
    let slot = hash >>> shift
    let place = table[slot * 2 + 1] - epoch - 1
    while (place >= 0 && !(table[slot * 2] === hash && isSameGram(job, place, at))) {
      slot = (slot + 1) & (slotCount - 1)
      place = table[slot * 2 + 1] - epoch - 1
    }
    homes[at] = slot
    if (place < 0) {
      distinct++
      table[slot * 2] = hash
    } else {
      if (counts[slot]++ === 0) repeatedSlots.push(slot)
      // In several passes the next n-gram may have its turn in another.
      if (passes === 1) matched = place
    }
    table[slot * 2 + 1] = at + epoch + 1
  }
  found.distinct += distinct
  for (const slot of repeatedSlots) {
    found.repeated.push(counts[slot] + 1)
    counts[slot] = 0
  }
}

function passOf(hash: number, passes: number): number {
  return (Math.imul(hash, 0x85ebca6b) >>> 8) % passes
}

function isSameGram({ symbols, n, isSame }: Pass, a: number, b: number): boolean {
  for (let i = 0; i < n; i++) {
    if (symbols[a + i] !== symbols[b + i]) return false
    if (isSame !== undefined && !isSame(a + i, b + i)) return false
  }
  return true
}
