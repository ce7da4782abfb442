import { hashBase, type Vocabulary } from './vocabulary.js'

/** Room for a pair's place below its rank in a number that sorts by both. */
const placeBits = 2 ** 27

/** Scratch of one call, by place in the bytes; reused, as most calls take a few bytes. */
let hashed = { bytes: Buffer.alloc(0), before: new Int32Array(0), powers: new Int32Array(0) }
/** Where the next part starts, the one before, and the rank of the part merged with the next, or -1. */
let nextPart = new Int32Array(0)
let previousPart = new Int32Array(0)
let pairRank = new Int32Array(0)
/** A binary heap of pairs to merge, least rank first, then leftmost; some outdated. */
let heap = new Float64Array(0)
let heapSize = 0

/**
 * How many tokens byte-pair encoding makes of a text that is not split any further: single bytes, of which the
 * neighbours whose union has the lowest rank are merged, the leftmost first, until none has a rank.
 */
export function countMergedTokens(text: string, vocabulary: Vocabulary): number {
  const length = readBytes(text)
  if (vocabulary.rankOf(hashed, 0, length) >= 0) return 1
  heapSize = 0
  for (let at = 0; at < length; at++) {
    nextPart[at] = at + 1
    previousPart[at] = at - 1
  }
  for (let at = 0; at < length; at++) offer(vocabulary, at, length)
  let parts = length
  while (heapSize > 0) {
    const pair = takeLeast()
    const at = pair % placeBits
    if (pairRank[at] !== Math.floor(pair / placeBits)) continue
    const merged = nextPart[at]
    pairRank[merged] = -1
    const after = nextPart[merged]
    nextPart[at] = after
    if (after < length) previousPart[after] = at
    parts--
    offer(vocabulary, at, length)
    if (previousPart[at] >= 0) offer(vocabulary, previousPart[at], length)
  }
  return parts
}

function readBytes(text: string): number {
  if (hashed.bytes.length < text.length * 3) grow(text.length * 6)
  const { bytes, before } = hashed
  const length = bytes.write(text)
  for (let at = 0; at < length; at++) before[at + 1] = (Math.imul(before[at], hashBase) + bytes[at]) | 0
  return length
}

function grow(size: number): void {
  const powers = new Int32Array(size + 1)
  powers[0] = 1
  for (let i = 1; i <= size; i++) powers[i] = Math.imul(powers[i - 1], hashBase)
  hashed = { bytes: Buffer.alloc(size), before: new Int32Array(size + 1), powers }
  nextPart = new Int32Array(size)
  previousPart = new Int32Array(size)
  pairRank = new Int32Array(size)
  // Each byte is offered once, and each merge offers two pairs more.
  heap = new Float64Array(size * 3)
}

/** Notes what merging the part at a place with the next one would give. */
function offer(vocabulary: Vocabulary, at: number, length: number): void {
  const next = nextPart[at]
  const rank = next < length ? vocabulary.rankOf(hashed, at, nextPart[next]) : -1
  pairRank[at] = rank
  if (rank < 0) return
  const pair = rank * placeBits + at
  let child = heapSize++
  while (child > 0) {
    const parent = (child - 1) >> 1
    if (heap[parent] <= pair) break
    heap[child] = heap[parent]
    child = parent
  }
  heap[child] = pair
}

function takeLeast(): number {
  const least = heap[0]
  const last = heap[--heapSize]
  let parent = 0
  for (let child = 1; child < heapSize; child = parent * 2 + 1) {
    if (child + 1 < heapSize && heap[child + 1] < heap[child]) child++
    if (heap[child] >= last) break
    heap[parent] = heap[child]
    parent = child
  }
  heap[parent] = last
  return least
}
