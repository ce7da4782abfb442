import type { Barrier, CompareContext, ResolveContext } from '../../core/operator.js'
import { Spill } from '../../util/spill.js'
import { KeyBuckets } from '../key-buckets.js'
import { KeyIndex } from '../key-index.js'
import { lineHashBytes } from '../text/line-hashes.js'

/** A hash and the partition of a sample that has it. */
const entryBytes = lineHashBytes + 4
const mostRanges = 256

/** All that it takes to find common lines, of all hashes or of those that fall to a bucket. */
type Counting = Pick<CompareContext, 'signatures' | 'totalRecords' | 'memoryBytes' | 'scratchDir' | 'progress'> &
  Partial<Pick<CompareContext, 'bucket' | 'buckets'>>

/**
 * Gives each partition the hashes that stand in more samples than the threshold, of those that it has itself: a new file
 * changes only the partitions that share lines with it. A bucket has a share of the hashes.
 */
export function lineDecision(threshold: number): Pick<Barrier, 'resolve' | 'comparison'> {
  return {
    resolve: context => resolveLines(context, threshold),
    comparison: {
      findingBytes: entryBytes,
      compare: context => eachCommon(context, threshold, entry => context.find(entry)),
    },
  }
}

async function resolveLines(context: ResolveContext, threshold: number): Promise<void> {
  if (context.totalSamples <= 1) return
  const ranges = Math.max(1, Math.min(mostRanges, context.partitionCount))
  const width = Math.ceil(context.partitionCount / ranges)
  await using shares = new Spill({
    dir: context.scratchDir,
    prefix: 'shares',
    bucketCount: ranges,
    recordBytes: entryBytes,
    memoryBytes: context.memoryBytes / 8,
  })
  const share = (entry: Buffer) => note(shares, Math.floor(entry.readUInt32LE(lineHashBytes) / width), entry)
  if (context.findings === undefined) await eachCommon(context, threshold, share)
  else
    for await (const piece of context.findings())
      await eachEntry(context, [Buffer.from(piece.buffer, piece.byteOffset, piece.length)], (bytes, at) =>
        share(bytes.subarray(at, at + entryBytes)),
      )
  for (let range = 0; range < ranges; range++) {
    await giveRange(context, shares, range)
    await shares.drop(range)
  }
}

/** Tells of each common line once for every partition that has it: its hash, then the partition. */
async function eachCommon(
  context: Counting,
  threshold: number,
  tell: (entry: Buffer) => void | Promise<void>,
): Promise<void> {
  const { totalRecords, buckets: of = 1 } = context
  await using buckets = new KeyBuckets(context, {
    name: 'lines',
    recordBytes: entryBytes,
    expected: Math.ceil(totalRecords / of),
  })
  await collect(context, buckets)
  for (let bucket = 0; bucket < buckets.count; bucket++) await tellCommon({ context, threshold, tell }, buckets, bucket)
}

async function collect(context: Counting, buckets: KeyBuckets): Promise<void> {
  const { bucket: own = 0, buckets: of = 1 } = context
  const entry = Buffer.alloc(entryBytes)
  for await (const { partitionIndex, records } of context.signatures()) {
    context.progress?.()
    entry.writeUInt32LE(partitionIndex, lineHashBytes)
    for (let at = 0; at < records.length; at += lineHashBytes) {
      entry.set(records.subarray(at, at + lineHashBytes))
      // Bytes that no file is chosen by.
      if (of > 1 && entry.readUInt16LE(lineHashBytes - 2) % of !== own) continue
      const pending = buckets.add(entry)
      if (pending !== undefined) await pending
    }
  }
}

interface Telling {
  readonly context: Counting
  readonly threshold: number
  readonly tell: (entry: Buffer) => void | Promise<void>
}

/** Counts the hashes of a file of them, then tells of each common one once for every partition that has it. */
async function tellCommon({ context, threshold, tell }: Telling, buckets: KeyBuckets, bucket: number): Promise<void> {
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
    return tell(piece.subarray(at, at + entryBytes))
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
  context: Pick<ResolveContext, 'progress'>,
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
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
