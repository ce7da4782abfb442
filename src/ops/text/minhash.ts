import { Sha1 } from '../../util/sha1.js'
import type { Permutations } from './permutations.js'
import type { Shingles } from './shingles.js'

const sha1 = new Sha1()
/** Words with this bit turned compare as signed numbers the way they do as unsigned ones, which takes less time. */
const sign = 0x80000000 | 0

/**
 * The MinHash signature (Broder, 1997) of a text's shingles, as Data-Juicer has it: of each permutation the least of
 * `(a · h + b mod 2^64) mod (2^61 - 1) mod 2^32`, where `h` is the first word of a shingle's SHA-1. Without
 * shingles all are 2^32 - 1.
 *
 * @param least where the signature goes, a word a permutation
 */
export function minHash(shingles: Shingles, permutations: Permutations, least: Uint32Array): void {
  const flipped = new Int32Array(least.buffer, least.byteOffset, least.length)
  const { bytes, starts, gap, window, count } = shingles
  flipped.fill(~sign)
  for (let i = 0; i < count; i++) {
    sha1.digest(bytes, starts[i], Math.max(starts[i], starts[i + window] - gap))
    takeLeast(swapBytes(sha1.words[0]), permutations, flipped)
  }
  for (let i = 0; i < flipped.length; i++) flipped[i] ^= sign
}

/**
 * 2^61 is 1 to the modulus 2^61 - 1: the low word of the result is that of `a · h + b`, plus its three bits above the
 * 61st, unless that sum reaches the modulus. Words are multiplied by halves, as no number but a bigint holds the
 * product.
 */
function takeLeast(hash: number, permutations: Permutations, least: Int32Array): void {
  const { count, aHigh, aLow, bHigh, bLow } = permutations
  const hash0 = hash & 0xffff
  const hash1 = hash >>> 16
  for (let i = 0; i < count; i++) {
    const a = aLow[i]
    const a0 = a & 0xffff
    const a1 = a >>> 16
    const low = Math.imul(hash0, a0)
    const middle = (Math.imul(hash1, a0) + (low >>> 16)) | 0
    const other = (Math.imul(hash0, a1) + (middle & 0xffff)) | 0
    const product = (other << 16) | (low & 0xffff)
    const b = bLow[i]
    const sum = (product + b) | 0
    const carry = ((product & b) | ((product | b) & ~sum)) >>> 31
    const above = (Math.imul(hash1, a1) + (middle >>> 16) + (other >>> 16) + carry) | 0
    const high = (Math.imul(hash, aHigh[i]) + bHigh[i] + above) | 0
    let value = (sum + (high >>> 29)) | 0
    if ((high | 0xe0000000) === -1 && sum < 0 && sum >= -8 && sum + (high >>> 29) >= -1) value++
    if ((value ^ sign) < least[i]) least[i] = value ^ sign
  }
}

function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}
