import { closeSync, openSync, readSync } from 'node:fs'
import type { Payload } from '../../../core/operator.js'
import type { VerdictSlice } from '../../../core/records.js'
import type { ByteSink } from '../../../io/writer.js'
import { Checksum } from '../../../util/hash.js'

type PayloadPlace = NonNullable<VerdictSlice['payload']>

/** Writes what a decision gives to partitions, one partition after another, at the start of its file. */
export class PayloadWriter {
  readonly #places = new Map<number, PayloadPlace>()
  #partition = -1
  #start = 0
  #checksum = new Checksum()

  constructor(readonly sink: ByteSink) {}

  /** Bytes so far. */
  size = 0

  give(partitionIndex: number, bytes: Uint8Array): void {
    if (partitionIndex < this.#partition)
      throw new RangeError(`partition ${partitionIndex} was given something behind partition ${this.#partition}`)
    if (partitionIndex > this.#partition) this.#open(partitionIndex)
    this.sink.write(bytes)
    this.#checksum.update(bytes)
    this.size += bytes.length
  }

  /** Where the bytes of each partition stand. */
  finish(): ReadonlyMap<number, PayloadPlace> {
    this.#close()
    return this.#places
  }

  #open(partitionIndex: number): void {
    this.#close()
    this.#partition = partitionIndex
    this.#start = this.size
    this.#checksum = new Checksum()
  }

  #close(): void {
    if (this.#partition < 0 || this.size === this.#start) return
    const sizeBytes = this.size - this.#start
    this.#places.set(this.#partition, { offset: this.#start, sizeBytes, digest: this.#checksum.digest() })
    this.#start = this.size
  }
}

const blockBytes = 1 << 18

/** Reads a partition's payload from start to end, and knows by then whether it is what was written. */
export class PayloadReader implements Payload {
  readonly #fd: number
  readonly #checksum = new Checksum()
  #block = Buffer.alloc(0)
  #read = 0

  constructor(
    path: string,
    readonly place: PayloadPlace,
  ) {
    this.#fd = openSync(path, 'r')
  }

  get sizeBytes(): number {
    return this.place.sizeBytes
  }

  next(length: number): Buffer {
    while (this.#block.length < length) this.#fill(Math.max(blockBytes, length - this.#block.length))
    const bytes = this.#block.subarray(0, length)
    this.#block = this.#block.subarray(length)
    return bytes
  }

  /** False where the bytes are not those that were written. Reads what is left of them. */
  isWhole(): boolean {
    while (this.#read < this.place.sizeBytes) {
      this.#block = Buffer.alloc(0)
      if (!this.#take(blockBytes)) return false
    }
    return this.#checksum.digest() === this.place.digest
  }

  close(): void {
    closeSync(this.#fd)
  }

  #fill(wanted: number): void {
    if (!this.#take(wanted)) throw new RangeError('the payload of a decision ends too early')
  }

  #take(wanted: number): boolean {
    const length = Math.min(wanted, this.place.sizeBytes - this.#read)
    if (length === 0) return false
    const bytes = Buffer.allocUnsafe(length)
    const count = readSync(this.#fd, bytes, 0, length, this.place.offset + this.#read)
    if (count === 0) return false
    this.#read += count
    this.#checksum.update(bytes.subarray(0, count))
    this.#block = Buffer.concat([this.#block, bytes.subarray(0, count)])
    return true
  }
}
