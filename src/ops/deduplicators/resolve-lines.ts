import type { ResolveContext } from '../../core/operator.js'
import { Spill } from '../../util/spill.js'
import { KeyBuckets } from '../key-buckets.js'
import { KeyIndex } from '../key-index.js'
import { lineHashBytes } from '../text/line-hashes.js'

/** A hash and the partition of a sample that has it. */
const entryBytes = lineHashBytes + 4
const mostRanges = 256

/**
 * Gives each partition the hashes that stand in more samples than the threshold, of those that it has itself: a new file
 * changes only the partitions that share lines with it.
 */
export async function resolveLines(context: ResolveContext, threshold: number): Promise<void> {
  if (context.totalSamples <= 1) return
  await using buckets = new KeyBuckets(context, 'lines', entryBytes, context.totalRecords)
  await collect(context, buckets)
  const ranges = Math.max(1, Math.min(mostRanges, context.partitionCount))
  const width = Math.ceil(context.partitionCount / ranges)
  await using shares = new Spill(context.scratchDir, 'shares', ranges, entryBytes, context.memoryBytes / 8)
  for (let bucket = 0; bucket < buckets.count; bucket++)
    await shareOut(context, { buckets, bucket, shares, width }, threshold)
  for (let range = 0; range < ranges; range++) {
    await giveRange(context, shares, range)
    await shares.drop(range)
  }
}

async function collect(context: ResolveContext, buckets: KeyBuckets): Promise<void> {
  const entry = Buffer.alloc(entryBytes)
  for await (const { partitionIndex, records } of context.signatures()) {
    context.progress?.()
    entry.writeUInt32LE(partitionIndex, lineHashBytes)
    for (let at = 0; at < records.length; at += lineHashBytes) {
      entry.set(records.subarray(at, at + lineHashBytes))
      const pending = buckets.add(entry)
      if (pending !== undefined) await pending
    }
  }
}

interface Sharing {
  readonly buckets: KeyBuckets
  readonly bucket: number
  readonly shares: Spill
  /** Partitions a range. */
  readonly width: number
}

/** Counts the hashes of a bucket, then notes each common one once for every partition that has it. */
async function shareOut(
  context: ResolveContext,
  { buckets, bucket, shares, width }: Sharing,
  threshold: number,
): Promise<void> {
  const index = new KeyIndex(Math.min(buckets.recordsIn(bucket), 1 << 16))
  const counts: number[] = []
  await eachEntry(context, buckets.read(bucket), (piece, at) => {
    const id = index.add(piece, at)
    counts[id] = (counts[id] ?? 0) + 1
  })
  if (!counts.some(count => count > threshold)) return
  // Entries come partition by partition, so that one number a hash says where it was noted last.
  const noted = new Int32Array(counts.length).fill(-1)
  await eachEntry(context, buckets.read(bucket), (piece, at) => {
    const id = index.add(piece, at)
    const partition = piece.readUInt32LE(at + lineHashBytes)
    if (counts[id] <= threshold || noted[id] === partition) return
    noted[id] = partition
    return note(shares, Math.floor(partition / width), piece.subarray(at, at + entryBytes))
  })
}

function note(shares: Spill, range: number, entry: Buffer): void | Promise<void> {
  const put = () => {
    const { buffer, offset } = shares.reserve(range)
    entry.copy(buffer, offset)
  }
  if (!shares.isFull(range)) return put()
  const own = Buffer.from(entry)
  return shares.flush(range).then(() => {
    const { buffer, offset } = shares.reserve(range)
    own.copy(buffer, offset)
  })
}

async function eachEntry(
  context: ResolveContext,
  pieces: AsyncIterable<Buffer>,
  take: (piece: Buffer, at: number) => void | Promise<void>,
): Promise<void> {
  for await (const piece of pieces) {
    context.progress?.()
    for (let at = 0; at < piece.length; at += entryBytes) {
      const pending = take(piece, at)
      if (pending !== undefined) await pending
    }
  }
}

/** Gives the partitions of a range what was noted for them, in ascending order of the partitions and then of the hashes. */
async function giveRange(context: ResolveContext, shares: Spill, range: number): Promise<void> {
  const entries: Buffer[] = []
  await eachEntry(
    context,
    shares.read(range),
    (piece, at) => void entries.push(Buffer.from(piece.subarray(at, at + entryBytes))),
  )
  const partitionOf = (entry: Buffer) => entry.readUInt32LE(lineHashBytes)
  entries.sort((a, b) => partitionOf(a) - partitionOf(b) || a.compare(b))
  let last: Buffer | undefined
  for (const entry of entries) {
    if (last?.equals(entry) !== true) context.give(partitionOf(entry), entry.subarray(0, lineHashBytes))
    last = entry
  }
}
