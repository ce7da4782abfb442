/** Which of 64 bits two keys must share to be compared. */
export interface KeyMask {
  readonly high: number
  readonly low: number
}

const bits = 64
/** Cost of putting a key into its group, in comparisons of two keys. */
const groupingCost = 30
/** Bits of a hash of text that tell keys apart as well as so many random ones would, of each bit. */
const effectiveBits = 0.75

/**
 * Masks of which at least one leaves two keys equal that differ in at most `distance` bits: bits are cut into blocks, of
 * which that many can differ, so that all combinations of the others find every pair. Into how many blocks is
 * decided by the least work for `count` keys.
 */
export function keyMasks(distance: number, count: number): KeyMask[] {
  let best = Math.max(1, distance)
  for (let blocks = best + 1; blocks <= bits; blocks++)
    if (workOf(blocks, distance, count) < workOf(best, distance, count)) best = blocks
  return combinations(best, best - distance).map(kept => maskOf(kept, best))
}

function workOf(blocks: number, distance: number, count: number): number {
  let masks = 1
  for (let i = 1; i <= distance; i++) masks = (masks * (blocks - distance + i)) / i
  const keyBits = (effectiveBits * bits * (blocks - distance)) / blocks
  return masks * (groupingCost + count / 2 ** keyBits)
}

/** All ways to take `size` of the first `total` numbers. */
function combinations(total: number, size: number): number[][] {
  if (size === 0) return [[]]
  if (size > total) return []
  return [...combinations(total - 1, size), ...combinations(total - 1, size - 1).map(rest => [...rest, total - 1])]
}

function maskOf(kept: readonly number[], blocks: number): KeyMask {
  let mask = 0n
  for (const block of kept) {
    const from = Math.floor((bits * block) / blocks)
    const until = Math.floor((bits * (block + 1)) / blocks)
    mask |= ((1n << BigInt(until - from)) - 1n) << BigInt(from)
  }
  return { high: Number(mask >> 32n), low: Number(mask & 0xffffffffn) }
}
