import type { BinaryHeader } from './binary-header.js'
import type { PagedBytes } from './paged-bytes.js'
import { TrieNgrams } from './trie-ngrams.js'
import { type Bins, bitLength, type NextArray, TrieTable } from './trie-table.js'

/** Finds the parts of a binary of a type `trie` (lm/search_trie.cc, quantize.cc, bhiksha.cc). */
export function openTrie({ kind, counts, end }: BinaryHeader, bytes: PagedBytes): TrieNgrams {
  const order = counts.length
  const hashes = { start: end + 8, count: bytes.uint64(end) }
  const walk = { at: end + 8 + counts[0] * 8 }
  const isQuantized = kind === 'quant-trie' || kind === 'quant-array-trie'
  const bins = isQuantized ? readBins(bytes, walk, order) : undefined
  const unigrams = walk.at
  walk.at += (counts[0] + 2) * 16
  const isCompressed = kind === 'array-trie' || kind === 'quant-array-trie'
  const configured = isCompressed ? bytes.uint8(walk.at + 1) : 0
  const wordBits = bitLength(counts[0])
  const tables = counts.slice(1).map((count, index) => {
    const isLongest = index === order - 2
    const next = isLongest ? undefined : counts[index + 2]
    const chop = next === undefined || !isCompressed ? 0 : chopFor(count, next, configured)
    const nextArray = next === undefined || !isCompressed ? undefined : readArray(walk, next, chop)
    const nextBits = next === undefined ? 0 : bitLength(next) - chop
    const layout = { bytes, start: walk.at, wordBits, bins: bins?.[index], nextBits, nextArray }
    const table = new TrieTable(layout, isLongest)
    walk.at += Math.ceil(((1 + count) * table.entryBits) / 8) + 8
    return table
  })
  if (walk.at > bytes.length)
    throw new Error(`it is cut short: its header tells of ${walk.at} bytes, it has ${bytes.length}`)
  return new TrieNgrams({ order, bytes, hashes, unigrams, tables })
}

interface Walk {
  at: number
}

function readBins(bytes: PagedBytes, walk: Walk, order: number): Bins[] {
  const probabilityBits = bytes.uint8(walk.at + 1)
  const backoffBits = bytes.uint8(walk.at + 2)
  walk.at += 8
  const take = (bits: number) => {
    const values = Float32Array.from({ length: 2 ** bits }, (_, i) => bytes.float32(walk.at + i * 4))
    walk.at += values.byteLength
    return values
  }
  return Array.from({ length: order - 1 }, (_, index) => {
    const probabilities = take(probabilityBits)
    return { probabilities, backoffs: index === order - 2 ? undefined : take(backoffBits) }
  })
}

/** How many leading bits of `next` values are kept in an array of their own: as many as make both smallest together. */
function chopFor(entries: number, next: number, configured: number): number {
  const bits = bitLength(next)
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let chop = 0; chop <= Math.min(bits, configured); chop++) {
    const cost = Math.floor(next / 2 ** (bits - chop)) * 64 - (entries + 1) * chop
    if (cost < least) {
      least = cost
      best = chop
    }
  }
  return best
}

function readArray(walk: Walk, next: number, chop: number): NextArray {
  const entries = Math.floor(next / 2 ** (bitLength(next) - chop)) + 1
  const start = Math.ceil((walk.at + 8) / 8) * 8
  walk.at += 8 * (1 + entries) + 7
  return { start, entries }
}
