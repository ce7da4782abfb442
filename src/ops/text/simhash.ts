import { Md5 } from '../../util/md5.js'
import type { Shingles } from './shingles.js'

/** 64 bits, the more significant half first. */
export interface SimHash {
  readonly high: number
  readonly low: number
}

const md5 = new Md5()
const counts = new Uint32Array(64)

/**
 * The SimHash (Charikar, 2002) of a text's shingles: a bit is set where the MD5 of more than half of them has it.
 * A shingle counts as often as it occurs. Without shingles it is 0.
 */
export function simHash({ bytes, starts, gap, window, count }: Shingles): SimHash {
  counts.fill(0)
  for (let i = 0; i < count; i++) {
    md5.digest(bytes, starts[i], Math.max(starts[i], starts[i + window] - gap))
    for (let bit = 0; bit < 32; bit++) {
      counts[bit] += (md5.a >>> bit) & 1
      counts[32 + bit] += (md5.b >>> bit) & 1
    }
  }
  return { high: swapBytes(majority(0, count)), low: swapBytes(majority(32, count)) }
}

function majority(from: number, count: number): number {
  let word = 0
  for (let bit = 0; bit < 32; bit++) if (counts[from + bit] * 2 > count) word |= 1 << bit
  return word
}

function swapBytes(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
