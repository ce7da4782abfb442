/** How often the n-grams of a sequence occur. */
export interface NgramCounts {
  /** All occurrences. */
  readonly total: number
  readonly distinct: number
  /** Occurrences of each n-gram that occurs more than once, in no particular order. */
  readonly repeated: Int32Array
}

/** Whether the symbols at two positions are equal; asked only where their numbers are. */
export type SameSymbol = (a: number, b: number) => boolean

/** The symbols `symbols[0, length)`; equal numbers mean equal symbols, unless `isSame` is given to decide. */
export interface SymbolSequence {
  readonly symbols: Int32Array
  readonly length: number
  readonly isSame?: SameSymbol | undefined
}

interface Sequence extends SymbolSequence {
  readonly n: number
}

/** Most slots of the table, 32 MB; sequences that need more are counted in several passes. */
const maxSlots = 1 << 23
/** Longest sequence whose scratch is kept for the next one. */
const longestKept = 1 << 20
const base = 0x01000193

interface Scratch {
  /** Where an n-gram first stands plus 1, below upper bits of its hash; 0 in empty slots. */
  readonly table: Int32Array
  /** By place: where the n-gram there first stands. */
  readonly firstAt: Int32Array
  /** By the place of an n-gram that is the first of its kind: its repeats. All zero between calls. */
  readonly repeats: Int32Array
  /** The places of those that have repeats. */
  readonly repeatedAt: Int32Array
}

let kept: Scratch = { ...placesFor(0), table: new Int32Array(0) }

/**
 * Counts the n-grams of a sequence exactly, by a rolling hash that is verified wherever two meet.
 */
export function countNgrams({ symbols, length, isSame }: SymbolSequence, n: number): NgramCounts {
  const sequence = { symbols, length, n, isSame }
  if (n <= 0) return countEmptyNgrams(sequence)
  const total = length - n + 1
  if (total <= 0) return { total: 0, distinct: 0, repeated: new Int32Array(0) }
  const slotCount = Math.min(maxSlots, 2 ** Math.ceil(Math.log2(Math.max(256, total * 4))))
  const scratch = scratchFor(total, slotCount)
  const passes = Math.ceil((total * 1.5) / slotCount)
  const found = { ...scratch, distinct: 0, repeated: 0 }
  for (let pass = 0; pass < passes; pass++) {
    scratch.table.fill(0, 0, slotCount)
    countPass(sequence, found, { slotCount, pass, passes })
  }
  const repeated = new Int32Array(found.repeated)
  for (let i = 0; i < repeated.length; i++) {
    const first = scratch.repeatedAt[i]
    repeated[i] = scratch.repeats[first] + 1
    scratch.repeats[first] = 0
  }
  return { total, distinct: found.distinct, repeated }
}

/** Python's slices of length 0 or less: `sequence[i : i - k]` is empty but for the first k, which reach k short of the end. */
function countEmptyNgrams({ symbols, length, n, isSame }: Sequence): NgramCounts {
  const total = length - n + 1
  const full = length > -n && n < 0 ? countNgrams({ symbols, length: length - 1, isSame }, length + n) : undefined
  const empty = total - (full?.total ?? 0)
  const repeated = [...(full?.repeated ?? []), ...(empty > 1 ? [empty] : [])]
  return { total, distinct: (full?.distinct ?? 0) + 1, repeated: Int32Array.from(repeated) }
}

function scratchFor(total: number, slotCount: number): Scratch {
  const table = kept.table.length < slotCount ? new Int32Array(slotCount) : kept.table
  if (total > longestKept) return { ...placesFor(total), table }
  kept = { ...(kept.firstAt.length < total ? placesFor(total * 2) : kept), table }
  return kept
}

function placesFor(size: number) {
  return { firstAt: new Int32Array(size), repeats: new Int32Array(size), repeatedAt: new Int32Array(size / 2) }
}

/** What the passes so far have found. */
interface Found extends Scratch {
  distinct: number
  repeated: number
}

interface Pass {
  readonly slotCount: number
  readonly pass: number
  readonly passes: number
}

function countPass(sequence: Sequence, found: Found, { slotCount, pass, passes }: Pass): void {
  const { table, firstAt, repeats, repeatedAt } = found
  const { symbols, length, n, isSame } = sequence
  const total = length - n + 1
  const shift = Math.clz32(slotCount - 1)
  const placeMask = -1 >>> Math.clz32(total)
  const top = powerOf(n - 1)
  let { distinct, repeated } = found
  let hash = 0
  for (let i = 0; i < n - 1; i++) hash = (Math.imul(hash, base) + symbols[i]) | 0
  /** Where the n-gram stands that the one before was equal to: text that repeats goes on repeating. */
  let matched = -2
  for (let at = 0; at < total; at++) {
    const last = at + n - 1
    const rolled = (Math.imul(hash, base) + symbols[last]) | 0
    hash = (rolled - Math.imul(symbols[at], top)) | 0
    if (matched >= 0 && symbols[matched + n] === symbols[last] && (isSame === undefined || isSame(matched + n, last))) {
      const first = firstAt[++matched]
      firstAt[at] = first
      if (repeats[first]++ === 0) repeatedAt[repeated++] = first
      continue
    }
    matched = -2
    const mixed = Math.imul(rolled ^ (rolled >>> 15), 0x9e3779b1)
    if (passes > 1 && (Math.imul(mixed, 0x85ebca6b) >>> 8) % passes !== pass) continue
    const tag = rolled & ~placeMask
    let slot = mixed >>> shift
    let entry = table[slot]
    while (entry !== 0 && !((entry & ~placeMask) === tag && isSameGram(sequence, (entry & placeMask) - 1, at))) {
      slot = (slot + 1) & (slotCount - 1)
      entry = table[slot]
    }
    if (entry === 0) {
      table[slot] = tag | (at + 1)
      firstAt[at] = at
      distinct++
    } else {
      const first = (entry & placeMask) - 1
      firstAt[at] = first
      if (repeats[first]++ === 0) repeatedAt[repeated++] = first
      // In several passes the next n-gram may have its turn in another.
      if (passes === 1) matched = first
    }
  }
  found.distinct = distinct
  found.repeated = repeated
}

/** What the first symbol of an n-gram is multiplied by in its hash, where `exponent` others follow. */
function powerOf(exponent: number): number {
  let power = 1
  for (let i = 0; i < exponent; i++) power = Math.imul(power, base)
  return power
}

function isSameGram({ symbols, n, isSame }: Sequence, a: number, b: number): boolean {
  for (let i = 0; i < n; i++) {
    if (symbols[a + i] !== symbols[b + i]) return false
    if (isSame !== undefined && !isSame(a + i, b + i)) return false
  }
  return true
}
