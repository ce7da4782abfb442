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
const base = 0x01000193

/**
 * Two numbers a slot: the hash of an n-gram, and where it last stood plus `epoch`. Places up to `epoch` are
 * left over from earlier sequences, so that the table never needs clearing.
 */
let slots = new Int32Array(0)
/** Repeats by slot; all zero between calls. */
let repeats = new Int32Array(0)
let epoch = 0

/**
 * Counts the n-grams of `symbols[0, length)` exactly, by a rolling hash that is verified wherever two meet.
 * Equal numbers mean equal symbols, unless `isSame` is given to decide.
 */
export function countNgrams(symbols: Int32Array, length: number, n: number, isSame?: SameSymbol): NgramCounts {
  if (n <= 0) return countEmptyNgrams(symbols, length, -n, isSame)
  const total = length - n + 1
  if (total <= 0) return { total: 0, distinct: 0, repeated: [] }
  const passes = Math.ceil((total * 2) / maxSlots)
  const slotCount = passes > 1 ? maxSlots : Math.max(64, 2 ** Math.ceil(Math.log2(total * 2)))
  const found = { distinct: 0, repeated: [] as number[] }
  for (let pass = 0; pass < passes; pass++) {
    prepare(slotCount, length)
    countPass({ symbols, total, n, isSame, slotCount, pass, passes }, found)
    epoch += length
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

function prepare(slotCount: number, length: number): void {
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
  readonly slotCount: number
  readonly pass: number
  readonly passes: number
}

function countPass(job: Pass, found: { distinct: number; repeated: number[] }): void {
  const { symbols, total, n, slotCount, pass, passes } = job
  const table = slots
  const shift = 32 - Math.log2(slotCount)
  const mask = slotCount - 1
  const repeatedSlots: number[] = []
  let top = 1
  let hash = 0
  for (let i = 0; i < n; i++) {
    hash = (Math.imul(hash, base) + symbols[i] + 1) | 0
    if (i > 0) top = Math.imul(top, base)
  }
  let distinct = 0
  let matched = -2
  for (let at = 0; ; at++) {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1)
    if (passes === 1 || (Math.imul(mixed, 0x85ebca6b) >>> 8) % passes === pass) {
      let slot = mixed >>> shift
      for (;;) {
        const place = table[slot * 2 + 1] - epoch - 1
        if (place < 0) {
          distinct++
          matched = -2
          break
        }
        if (table[slot * 2] === hash && isSameGram(job, place, at, matched + 1 === place)) {
          if (repeats[slot]++ === 0) repeatedSlots.push(slot)
          matched = place
          break
        }
        slot = (slot + 1) & mask
      }
      table[slot * 2] = hash
      table[slot * 2 + 1] = at + epoch + 1
    } else matched = -2
    if (at + 1 === total) break
    hash = (Math.imul(hash - Math.imul(symbols[at] + 1, top), base) + symbols[at + n] + 1) | 0
  }
  found.distinct += distinct
  for (const slot of repeatedSlots) {
    found.repeated.push(repeats[slot] + 1)
    repeats[slot] = 0
  }
}

/**
 * Compares two n-grams. Where the n-grams one place earlier were found equal, only the last symbols can
 * differ: that keeps repetitive text linear.
 */
function isSameGram({ symbols, n, isSame }: Pass, a: number, b: number, earlierMatched: boolean): boolean {
  for (let i = earlierMatched ? n - 1 : 0; i < n; i++) {
    if (symbols[a + i] !== symbols[b + i]) return false
    if (isSame !== undefined && !isSame(a + i, b + i)) return false
  }
  return true
}
