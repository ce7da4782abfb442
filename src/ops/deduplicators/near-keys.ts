import type { CompareContext, DropContext } from '../../core/operator.js'
import { Spill } from '../../util/spill.js'
import type { KeyMask } from './key-masks.js'

/** A key of 64 bits, then the number of its sample in the order of the input; all little-endian words. */
export const nearKeyBytes = 12

/** Keys of one bucket, to be read as often as needed. */
export interface NearKeys {
  readonly count: number
  read(): AsyncIterable<Buffer>
}

const bytesPerKey = 24
const mostBuckets = 256
/** Keys between two signs of life; each may be compared with all in memory. */
const keysPerSign = 4096

/** Two samples of one set, by their numbers. */
export const pairBytes = 8

/** Sets whose joins are findings of a bucket. */
export function findingPairs({ find }: Pick<CompareContext, 'find'>): NearTask['sets'] {
  const pair = Buffer.alloc(pairBytes)
  return {
    join(a, b) {
      pair.writeUInt32LE(a, 0)
      pair.writeUInt32LE(b, 4)
      find(pair)
    },
  }
}

/** Joins what buckets found. */
export async function joinFound(
  context: Pick<DropContext, 'findings' | 'progress'>,
  sets: NearTask['sets'],
): Promise<void> {
  for await (const piece of context.findings?.() ?? []) {
    context.progress?.()
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length)
    for (let at = 0; at < piece.length; at += pairBytes)
      sets.join(view.getUint32(at, true), view.getUint32(at + 4, true))
  }
}

interface NearTask {
  readonly context: Pick<DropContext, 'scratchDir' | 'progress'>
  readonly sets: { join(a: number, b: number): void }
  /** Bits in which two keys of one set may differ. */
  readonly distance: number
}

/**
 * Joins the sets of all samples whose keys share the bits of a mask and differ in at most `distance` others. Keys
 * that do not fit in memory are first sorted by those bits into files; a file that is still too large, since many keys
 * share them, is read once for every part of it that fits.
 */
export class NearKeyJoiner {
  readonly #table: KeyTable
  readonly #capacity: number

  constructor(
    readonly task: NearTask,
    readonly memoryBytes: number,
    mostKeys: number,
  ) {
    this.#capacity = Math.max(16, Math.min(mostKeys, Math.floor(memoryBytes / 2 / bytesPerKey)))
    this.#table = new KeyTable(this.#capacity, task)
  }

  async join(keys: NearKeys, mask: KeyMask): Promise<void> {
    if (keys.count <= this.#capacity) {
      await this.#joinBucket(keys, mask)
      return
    }
    const { scratchDir } = this.task.context
    const bucketCount = Math.min(mostBuckets, 2 ** Math.ceil(Math.log2((keys.count * 2) / this.#capacity)))
    await using spill = new Spill({
      dir: scratchDir,
      prefix: 'near',
      bucketCount,
      recordBytes: nearKeyBytes,
      memoryBytes: this.memoryBytes / 2,
    })
    for await (const piece of keys.read()) {
      this.task.context.progress?.()
      for (let offset = 0; offset < piece.length; offset += nearKeyBytes) {
        const bucket = groupOf(piece.readUInt32LE(offset), piece.readUInt32LE(offset + 4), mask) & (bucketCount - 1)
        if (spill.isFull(bucket)) await spill.flush(bucket)
        const room = spill.reserve(bucket)
        piece.copy(room.buffer, room.offset, offset, offset + nearKeyBytes)
      }
    }
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      await this.#joinBucket({ count: spill.recordsIn(bucket), read: () => spill.read(bucket) }, mask)
      await spill.drop(bucket)
    }
  }

  async #joinBucket(keys: NearKeys, mask: KeyMask): Promise<void> {
    for (let from = 0; from < keys.count; ) from = await this.#joinFrom(keys, mask, from)
  }

  /** Takes keys from the `from`-th on into memory until it is full, joins all others with them, and says how far it came. */
  async #joinFrom(keys: NearKeys, mask: KeyMask, from: number): Promise<number> {
    const table = this.#table
    table.reset(mask)
    let at = 0
    let until = keys.count
    for await (const piece of keys.read()) {
      for (let offset = 0; offset < piece.length; offset += nearKeyBytes, at++) {
        if (at % keysPerSign === 0) this.task.context.progress?.()
        if (at < from || !table.join(piece, offset)) continue
        if (at >= until) continue
        if (table.isFull) until = at
        else table.add(piece, offset)
      }
    }
    return until
  }
}

/** The bits of a mask, mixed to 32 of which any are evenly spread. */
export function groupOf(high: number, low: number, mask: KeyMask): number {
  let mixed = Math.imul(high & mask.high, 0x9e3779b1) ^ Math.imul(low & mask.low, 0x85ebca77)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

/** Keys in memory, those that share a mask's bits in one chain. */
class KeyTable {
  readonly #highs: Uint32Array
  readonly #lows: Uint32Array
  readonly #samples: Uint32Array
  readonly #nexts: Int32Array
  readonly #heads: Int32Array
  #mask: KeyMask = { high: 0, low: 0 }
  #size = 0

  constructor(
    capacity: number,
    readonly task: NearTask,
  ) {
    this.#highs = new Uint32Array(capacity)
    this.#lows = new Uint32Array(capacity)
    this.#samples = new Uint32Array(capacity)
    this.#nexts = new Int32Array(capacity)
    this.#heads = new Int32Array(2 ** Math.ceil(Math.log2(capacity)))
  }

  get isFull(): boolean {
    return this.#size === this.#samples.length
  }

  reset(mask: KeyMask): void {
    this.#mask = mask
    this.#size = 0
    this.#heads.fill(-1)
  }

  /** Joins the sample of the key at `offset` with those of near keys; false where one is equal, which then stands for both. */
  join(piece: Buffer, offset: number): boolean {
    const high = piece.readUInt32LE(offset)
    const low = piece.readUInt32LE(offset + 4)
    const sample = piece.readUInt32LE(offset + 8)
    for (let at = this.#heads[this.#slotOf(high, low)]; at >= 0; at = this.#nexts[at]) {
      const apart = bitsOf(high ^ this.#highs[at]) + bitsOf(low ^ this.#lows[at])
      if (apart > this.task.distance) continue
      this.task.sets.join(this.#samples[at], sample)
      if (apart === 0) return false
    }
    return true
  }

  add(piece: Buffer, offset: number): void {
    const at = this.#size++
    this.#highs[at] = piece.readUInt32LE(offset)
    this.#lows[at] = piece.readUInt32LE(offset + 4)
    this.#samples[at] = piece.readUInt32LE(offset + 8)
    const slot = this.#slotOf(this.#highs[at], this.#lows[at])
    this.#nexts[at] = this.#heads[slot]
    this.#heads[slot] = at
  }

  /** Leading bits, as the trailing ones are the same for a whole file. */
  #slotOf(high: number, low: number): number {
    return (groupOf(high, low, this.#mask) >>> 8) & (this.#heads.length - 1)
  }
}

/** How many bits of a word are set. */
function bitsOf(word: number): number {
  word -= (word >>> 1) & 0x55555555
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
