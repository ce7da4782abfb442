import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { remove } from './remove.js'

const smallestBuffer = 1 << 12
const largestBuffer = 1 << 18

interface Bucket {
  readonly path: string
  readonly buffer: Buffer
  used: number
  records: number
  file: FileHandle | undefined
}

export interface SpillSettings {
  readonly dir: string
  /** What the names of the files start with. */
  readonly prefix: string
  readonly bucketCount: number
  readonly recordBytes: number
  /** Bounds the buffers, as far as their least size allows. */
  readonly memoryBytes: number
}

/**
 * Sorts fixed-width records into buckets on disk, each in the order of its writes, with one small buffer a
 * bucket in memory. Nothing here survives a crash.
 */
export class Spill {
  readonly #buckets: readonly Bucket[]
  readonly recordBytes: number

  constructor({ dir, prefix, bucketCount, recordBytes, memoryBytes }: SpillSettings) {
    this.recordBytes = recordBytes
    const share = Math.min(largestBuffer, Math.max(smallestBuffer, Math.floor(memoryBytes / bucketCount)))
    const size = Math.max(1, Math.floor(share / recordBytes)) * recordBytes
    this.#buckets = Array.from({ length: bucketCount }, (_, index) => ({
      path: join(dir, `${prefix}-${index}`),
      buffer: Buffer.allocUnsafe(size),
      used: 0,
      records: 0,
      file: undefined,
    }))
  }

  get bucketCount(): number {
    return this.#buckets.length
  }

  recordsIn(index: number): number {
    return this.#buckets[index].records
  }

  /** Takes room for one record at the end of a bucket and returns where to write it; `flush` the bucket first when it is full. */
  reserve(index: number): { readonly buffer: Buffer; readonly offset: number } {
    const bucket = this.#buckets[index]
    const offset = bucket.used
    bucket.used += this.recordBytes
    bucket.records++
    return { buffer: bucket.buffer, offset }
  }

  isFull(index: number): boolean {
    const { used, buffer } = this.#buckets[index]
    return used === buffer.length
  }

  async flush(index: number): Promise<void> {
    const bucket = this.#buckets[index]
    bucket.file ??= await open(bucket.path, 'w+')
    for (let done = 0; done < bucket.used; )
      done += (await bucket.file.write(bucket.buffer, done, bucket.used - done)).bytesWritten
    bucket.used = 0
  }

  /** The records of a bucket in the order they were written, many at a time; each piece is valid until the next. */
  async *read(index: number): AsyncGenerator<Buffer> {
    const bucket = this.#buckets[index]
    if (bucket.file !== undefined) {
      if (bucket.used > 0) await this.flush(index)
      const piece = Buffer.allocUnsafe(Math.max(1, Math.floor(largestBuffer / this.recordBytes)) * this.recordBytes)
      let position = 0
      for (;;) {
        const length = await fill(bucket.file, piece, position)
        if (length > 0) yield piece.subarray(0, length)
        if (length < piece.length) return
        position += length
      }
    }
    if (bucket.used > 0) yield bucket.buffer.subarray(0, bucket.used)
  }

  /** Removes a bucket that has been read. */
  async drop(index: number): Promise<void> {
    const bucket = this.#buckets[index]
    await bucket.file?.close()
    if (bucket.file !== undefined) remove(bucket.path)
    bucket.file = undefined
    bucket.used = 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let index = 0; index < this.#buckets.length; index++) await this.drop(index)
  }
}

async function fill(file: FileHandle, piece: Buffer, position: number): Promise<number> {
  let length = 0
  while (length < piece.length) {
    const { bytesRead } = await file.read(piece, length, piece.length - length, position + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return length
}
