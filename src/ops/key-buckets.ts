import type { ResolveContext } from '../core/operator.js'
import { Spill } from '../util/spill.js'
import { KeyIndex } from './key-index.js'

const mostBuckets = 256
/** Memory that an entry takes beside its key while a bucket is looked at. */
const besideBytes = 32

export interface KeyBucketsSettings {
  readonly name: string
  readonly recordBytes: number
  /** How many records there will be. */
  readonly expected: number
}

/** Records that start with a key of 16 bytes, sorted by it into files of which each fits into memory. */
export class KeyBuckets {
  readonly #spill: Spill

  constructor(
    context: Pick<ResolveContext, 'memoryBytes' | 'scratchDir'>,
    { name, recordBytes, expected }: KeyBucketsSettings,
  ) {
    const bytes = KeyIndex.bytesFor(expected) + expected * besideBytes
    const count = Math.min(mostBuckets, 2 ** Math.ceil(Math.log2(Math.max(1, (bytes * 2) / context.memoryBytes))))
    this.#spill = new Spill({
      dir: context.scratchDir,
      prefix: name,
      bucketCount: count,
      recordBytes,
      memoryBytes: context.memoryBytes / 8,
    })
  }

  get count(): number {
    return this.#spill.bucketCount
  }

  recordsIn(bucket: number): number {
    return this.#spill.recordsIn(bucket)
  }

  /** Adds a record; a promise only where the disk has to be waited for. */
  add(record: Buffer): void | Promise<void> {
    const bucket = record[0] & (this.#spill.bucketCount - 1)
    if (this.#spill.isFull(bucket)) return this.#spill.flush(bucket).then(() => this.#put(bucket, record))
    this.#put(bucket, record)
  }

  /** The records of a bucket in the order in which they were added, many at a time. */
  read(bucket: number): AsyncGenerator<Buffer> {
    return this.#spill.read(bucket)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spill[Symbol.asyncDispose]()
  }

  #put(bucket: number, record: Buffer): void {
    const { buffer, offset } = this.#spill.reserve(bucket)
    record.copy(buffer, offset)
  }
}
