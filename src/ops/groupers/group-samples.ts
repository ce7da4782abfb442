import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { ResolveContext } from '../../core/operator.js'
import { remove } from '../../util/remove.js'
import { Spill } from '../../util/spill.js'
import { eachFrame } from '../frames.js'
import { KeyBuckets } from '../key-buckets.js'
import { indexedKeyBytes, KeyIndex } from '../key-index.js'

/** A frame's body is a key and a sample's text. An entry: key, partition, row, number (6), place (6) and length of the text. */
const entryBytes = indexedKeyBytes + 24
const mostRanges = 256
/** Largest group whose samples one sample can hold. */
const largestGroup = 2 ** 29

/**
 * Drops all samples of a group but the first, and gives that one the texts of all, in the order of the input. What is
 * given to a partition is, group by group: the row of the first, how many there are, and each with its length.
 */
export async function groupSamples(context: ResolveContext): Promise<void> {
  await using buckets = new KeyBuckets(context, {
    name: 'keys',
    recordBytes: entryBytes,
    expected: context.totalSamples,
  })
  using texts = new TextFile(join(context.scratchDir, 'texts'))
  await collect(context, buckets, texts)
  const ranges = Math.max(1, Math.min(mostRanges, context.partitionCount))
  const width = Math.ceil(context.partitionCount / ranges)
  await using members = new Spill({
    dir: context.scratchDir,
    prefix: 'members',
    bucketCount: ranges,
    recordBytes: memberBytes,
    memoryBytes: context.memoryBytes / 8,
  })
  for (let bucket = 0; bucket < buckets.count; bucket++) await assign(context, { buckets, bucket, members, width })
  for (let range = 0; range < ranges; range++) {
    await giveGroups(context, members.read(range), texts)
    await members.drop(range)
  }
}

async function collect(context: ResolveContext, buckets: KeyBuckets, texts: TextFile): Promise<void> {
  const entry = Buffer.alloc(entryBytes)
  await eachFrame(context, ({ partitionIndex, row, number, body }) => {
    body.copy(entry, 0, 0, indexedKeyBytes)
    const text = body.subarray(indexedKeyBytes)
    entry.writeUInt32LE(partitionIndex, 16)
    entry.writeUInt32LE(row, 20)
    entry.writeUIntLE(number, 24, 6)
    entry.writeUIntLE(texts.length, 30, 6)
    entry.writeUInt32LE(text.length, 36)
    texts.append(text)
    return buckets.add(entry)
  })
}

/** Partition and row of the group's first sample, then number, place and length of a sample of it. */
const memberBytes = 24

interface Assignment {
  readonly buckets: KeyBuckets
  readonly bucket: number
  readonly members: Spill
  readonly width: number
}

/** Entries of a bucket come in the order of the input: the first of a key is the first of its group. */
async function assign(context: ResolveContext, { buckets, bucket, members, width }: Assignment): Promise<void> {
  const index = new KeyIndex(Math.min(buckets.recordsIn(bucket), 1 << 16))
  const partitions: number[] = []
  const rows: number[] = []
  for await (const piece of buckets.read(bucket)) {
    context.progress?.()
    for (let at = 0; at < piece.length; at += entryBytes) {
      const id = index.add(piece, at)
      const partition = piece.readUInt32LE(at + 16)
      const row = piece.readUInt32LE(at + 20)
      if (id === partitions.length) {
        partitions.push(partition)
        rows.push(row)
      } else context.drop(partition, row)
      const range = Math.floor(partitions[id] / width)
      if (members.isFull(range)) await members.flush(range)
      const { buffer, offset } = members.reserve(range)
      buffer.writeUInt32LE(partitions[id], offset)
      buffer.writeUInt32LE(rows[id], offset + 4)
      piece.copy(buffer, offset + 8, at + 24, at + entryBytes)
    }
  }
}

interface Member {
  readonly partition: number
  readonly row: number
  readonly number: number
  readonly place: number
  readonly length: number
}

async function giveGroups(context: ResolveContext, members: AsyncIterable<Buffer>, texts: TextFile): Promise<void> {
  const all: Member[] = []
  for await (const piece of members)
    for (let at = 0; at < piece.length; at += memberBytes) all.push(memberAt(piece, at))
  all.sort((a, b) => a.partition - b.partition || a.row - b.row || a.number - b.number)
  for (let from = 0; from < all.length; ) {
    let until = from
    let bytes = 0
    const { partition, row } = all[from]
    while (until < all.length && all[until].partition === partition && all[until].row === row)
      bytes += all[until++].length
    if (bytes > largestGroup) throw tooLarge(bytes, until - from)
    context.give(partition, numbers(row, until - from))
    for (const { place, length } of all.slice(from, until)) {
      context.give(partition, numbers(length))
      context.give(partition, texts.read(place, length))
    }
    context.progress?.()
    from = until
  }
}

function memberAt(piece: Buffer, at: number): Member {
  return {
    partition: piece.readUInt32LE(at),
    row: piece.readUInt32LE(at + 4),
    number: piece.readUIntLE(at + 8, 6),
    place: piece.readUIntLE(at + 14, 6),
    length: piece.readUInt32LE(at + 20),
  }
}

function tooLarge(bytes: number, samples: number): Error {
  return new Error(
    `a group of ${samples} samples has ${Math.round(bytes / 1e6)} MB, where one sample can hold ${Math.round(largestGroup / 1e6)} MB; group by more keys, or fewer samples`,
  )
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}

const bufferBytes = 1 << 20

/** Texts one behind the other in a file of the scratch folder. */
class TextFile implements Disposable {
  readonly #fd: number
  readonly #pending: Buffer[] = []
  #pendingBytes = 0
  length = 0

  constructor(readonly path: string) {
    this.#fd = openSync(path, 'w+')
  }

  append(text: Buffer): void {
    this.#pending.push(Buffer.from(text))
    this.#pendingBytes += text.length
    this.length += text.length
    if (this.#pendingBytes >= bufferBytes) this.#flush()
  }

  read(place: number, length: number): Buffer {
    this.#flush()
    const bytes = Buffer.allocUnsafe(length)
    for (let done = 0; done < length; ) {
      const count = readSync(this.#fd, bytes, done, length - done, place + done)
      if (count === 0) throw new Error(`${this.path} ends too early`)
      done += count
    }
    return bytes
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
    remove(this.path)
  }

  #flush(): void {
    if (this.#pendingBytes === 0) return
    const bytes = Buffer.concat(this.#pending)
    const start = this.length - bytes.length
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#fd, bytes, done, bytes.length - done, start + done)
    this.#pending.length = 0
    this.#pendingBytes = 0
  }
}
