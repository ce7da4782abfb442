import type { CompareContext, Comparison, DropContext } from '../../core/operator.js'
import { Spill } from '../../util/spill.js'

/** Bytes of the signatures that `resolveExact` compares: a hash whose bits are evenly spread, such as MD5. */
export const exactKeyBytes = 16

/** A signature with the place of its sample: the partition's index, then the row in it. */
const entryBytes = exactKeyBytes + 8
const mostBuckets = 256
/** Levels of splitting, eight bits of the hash each; a bucket that is still too large by then is mostly repeats. */
const deepestLevel = 3

/** Entries in input order, piece by piece. */
type Entries = AsyncIterable<Buffer> | Iterable<Buffer>

/**
 * Drops every sample whose 16-byte signature an earlier sample has. Signatures that do not fit in memory are
 * first sorted by their leading bits into files, each of which then fits; a file keeps the order of the
 * input, so that first seen is earliest. Meant for `resolve` of a deduplicator.
 *
 * @param context what `resolve` was given
 * @example
 * import { resolveExact } from 'pawl'
 *
 * const records = Buffer.concat(['a', 'b', 'a'].map(text => Buffer.alloc(16, text)))
 * await resolveExact({
 *   signatures: () => [{ partitionIndex: 0, records, firstRow: 0 }],
 *   totalRecords: 3,
 *   memoryBytes: 1_000_000,
 *   scratchDir: 'scratch',
 *   drop: (_, row) => console.log(`row ${row} repeats an earlier one`), // row 2 repeats an earlier one
 * })
 */
export async function resolveExact(context: DropContext): Promise<void> {
  if (context.findings !== undefined) await dropFound(context, context.findings())
  else await resolveEntries(context, { entries: signatureEntries(context, () => true), count: context.totalRecords }, 0)
}

/** `resolveExact` bucket by bucket: what is found are the places of those that go. Meant for `comparison` of a deduplicator. */
export const exactComparison: Comparison = {
  findingBytes: 8,
  async compare(context: CompareContext) {
    const { bucket, buckets, totalRecords, find, ...rest } = context
    // Bytes that no table and no file is chosen by.
    const isOwn = (records: Buffer, at: number) => records.readUInt16LE(at + 6) % buckets === bucket
    const finding = Buffer.alloc(exactComparison.findingBytes)
    const drop = (partitionIndex: number, row: number) => {
      finding.writeUInt32LE(partitionIndex, 0)
      finding.writeUInt32LE(row, 4)
      find(finding)
    }
    const entries = signatureEntries(context, isOwn)
    await resolveEntries({ ...rest, drop }, { entries, count: Math.ceil(totalRecords / buckets) }, 0)
  },
}

async function dropFound(
  context: DropContext,
  findings: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  for await (const piece of findings) {
    context.progress?.()
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length)
    for (let at = 0; at < piece.length; at += exactComparison.findingBytes)
      context.drop(view.getUint32(at, true), view.getUint32(at + 4, true))
  }
}

/** What an entry needs to be decided on. */
type EntryContext = Pick<DropContext, 'memoryBytes' | 'scratchDir' | 'progress' | 'drop'>

async function* signatureEntries(
  context: Pick<DropContext, 'signatures'>,
  isOwn: (records: Buffer, at: number) => boolean,
): AsyncGenerator<Buffer> {
  const perPiece = 4096
  for await (const { partitionIndex, records: bytes, firstRow } of context.signatures()) {
    const records = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const count = records.length / exactKeyBytes
    for (let from = 0; from < count; from += perPiece) {
      const until = Math.min(count, from + perPiece)
      const piece = Buffer.allocUnsafe((until - from) * entryBytes)
      let offset = 0
      for (let i = from; i < until; i++) {
        if (!isOwn(records, i * exactKeyBytes)) continue
        records.copy(piece, offset, i * exactKeyBytes, (i + 1) * exactKeyBytes)
        piece.writeUInt32LE(partitionIndex, offset + exactKeyBytes)
        piece.writeUInt32LE(firstRow + i, offset + exactKeyBytes + 4)
        offset += entryBytes
      }
      yield piece.subarray(0, offset)
    }
  }
}

interface CountedEntries {
  readonly entries: Entries
  readonly count: number
}

async function resolveEntries(context: EntryContext, { entries, count }: CountedEntries, level: number): Promise<void> {
  const tableBytes = KeyTable.bytesFor(count)
  if (tableBytes <= context.memoryBytes / 2 || level > deepestLevel) {
    await dropRepeats(context, entries, new KeyTable(level > deepestLevel ? 1024 : count))
    return
  }
  const bucketCount = Math.min(mostBuckets, 2 ** Math.ceil(Math.log2((tableBytes * 2) / context.memoryBytes)))
  await using spill = new Spill({
    dir: context.scratchDir,
    prefix: `level-${level}`,
    bucketCount,
    recordBytes: entryBytes,
    memoryBytes: context.memoryBytes / 4,
  })
  for await (const piece of entries) {
    context.progress?.()
    for (let offset = 0; offset < piece.length; offset += entryBytes) {
      const bucket = piece[offset + level] & (bucketCount - 1)
      if (spill.isFull(bucket)) await spill.flush(bucket)
      const room = spill.reserve(bucket)
      piece.copy(room.buffer, room.offset, offset, offset + entryBytes)
    }
  }
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    await resolveEntries(context, { entries: spill.read(bucket), count: spill.recordsIn(bucket) }, level + 1)
    await spill.drop(bucket)
  }
}

async function dropRepeats(context: EntryContext, entries: Entries, table: KeyTable): Promise<void> {
  for await (const piece of entries) {
    context.progress?.()
    for (let offset = 0; offset < piece.length; offset += entryBytes) {
      if (table.add(piece, offset)) continue
      context.drop(piece.readUInt32LE(offset + exactKeyBytes), piece.readUInt32LE(offset + exactKeyBytes + 4))
    }
  }
}

/** A set of 16-byte keys, four words a slot; the key of zeros is the mark of an empty slot and kept apart. */
class KeyTable {
  /** The key that is being added. */
  readonly #key = new Uint32Array(4)
  #words: Uint32Array
  #mask: number
  #size = 0
  #hasZero = false

  constructor(expected: number) {
    const slots = KeyTable.#slotsFor(expected)
    this.#words = new Uint32Array(slots * 4)
    this.#mask = slots - 1
  }

  static #slotsFor(count: number): number {
    return 2 ** Math.ceil(Math.log2(Math.max(16, count * 1.4)))
  }

  static bytesFor(count: number): number {
    return KeyTable.#slotsFor(count) * exactKeyBytes
  }

  /** Adds the key at `offset`; false where it was there already. */
  add(bytes: Buffer, offset: number): boolean {
    if (this.#size > this.#mask * 0.75) this.#grow()
    const key = this.#key
    for (let word = 0; word < 4; word++) key[word] = bytes.readUInt32LE(offset + word * 4)
    if ((key[0] | key[1] | key[2] | key[3]) !== 0) return this.#addWords(key, 0)
    const isNew = !this.#hasZero
    this.#hasZero = true
    return isNew
  }

  /** Adds the key `from[first, first + 4)`. */
  #addWords(from: Uint32Array, first: number): boolean {
    const words = this.#words
    const a = from[first]
    const b = from[first + 1]
    const c = from[first + 2]
    const d = from[first + 3]
    for (let slot = d & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * 4
      if ((words[at] | words[at + 1] | words[at + 2] | words[at + 3]) === 0) {
        words[at] = a
        words[at + 1] = b
        words[at + 2] = c
        words[at + 3] = d
        this.#size++
        return true
      }
      if (words[at + 3] === d && words[at + 2] === c && words[at + 1] === b && words[at] === a) return false
    }
  }

  #grow(): void {
    const old = this.#words
    this.#words = new Uint32Array(old.length * 2)
    this.#mask = this.#words.length / 4 - 1
    this.#size = 0
    for (let at = 0; at < old.length; at += 4)
      if ((old[at] | old[at + 1] | old[at + 2] | old[at + 3]) !== 0) this.#addWords(old, at)
  }
}
