import { Sha1 } from '../../util/sha1.js'
import type { Permutations } from './permutations.js'
import type { Shingles } from './shingles.js'

const sha1 = new Sha1()
/** How near to a whole number a double may come to be trusted to lie on the right side of it. */
const doubt = 1e-6

/**
 * The MinHash signature (Broder, 1997) of a text's shingles, as Data-Juicer has it: of each permutation the least of
 * `(a · h + b mod 2^64) mod (2^61 - 1) mod 2^32`, where `h` is the first word of a shingle's SHA-1. Without
 * shingles all are 2^32 - 1.
 *
 * @param least where the signature goes, a word a permutation
 */
export function minHash(shingles: Shingles, permutations: Permutations, least: Uint32Array): void {
  const { bytes, starts, gap, window, count } = shingles
  least.fill(0xffffffff)
  for (let i = 0; i < count; i++) {
    sha1.digest(bytes, starts[i], Math.max(starts[i], starts[i + window] - gap))
    takeLeast(swapBytes(sha1.words[0]), permutations, least)
  }
}

/**
 * 2^61 is 1 to the modulus 2^61 - 1: the low word of the result is that of the product and sum, plus its three bits
 * above the 61st. Those a double tells, except where it lies too near to the next value of them.
 */
function takeLeast(hash: number, { count, aHigh, aLow, bHigh, bLow }: Permutations, least: Uint32Array): void {
  for (let i = 0; i < count; i++) {
    const high = (Math.imul(hash, aHigh[i]) + bHigh[i]) >>> 0
    const eighths = (high + (hash * aLow[i] + bLow[i]) * 2 ** -32) * 2 ** -29
    const whole = Math.floor(eighths)
    const part = eighths - whole
    let value = (Math.imul(hash, aLow[i]) + bLow[i] + (whole & 7)) >>> 0
    if (part < doubt || part > 1 - doubt) value = exactly(hash, join(aHigh[i], aLow[i]), join(bHigh[i], bLow[i]))
    if (value < least[i]) least[i] = value
  }
}

function exactly(hash: number, a: bigint, b: bigint): number {
  const wrapped = BigInt.asUintN(64, BigInt(hash) * a + b)
  return Number(BigInt.asUintN(32, wrapped % (2n ** 61n - 1n)))
}

function join(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low)
}

function swapBytes(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
