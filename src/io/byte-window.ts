import type { ByteSource } from './byte-source.js'
import { InputError } from './input-error.js'

/** What a window is for, and how large it and the records in it may be. */
export interface WindowSettings {
  readonly path: string
  readonly sizeBytes: number
  readonly maxRecordBytes: number
}

/**
 * A stretch of a source that moves forward: `bytes[start, end)` is what has been read and not consumed.
 * It grows only while a single record does not fit.
 */
export class ByteWindow {
  bytes: Buffer
  start = 0
  end = 0
  isAtEnd = false
  /** Bytes that the source has given. */
  #filled = 0

  readonly path: string
  readonly #maxRecordBytes: number

  constructor(
    private readonly source: ByteSource,
    { path, sizeBytes, maxRecordBytes }: WindowSettings,
  ) {
    this.path = path
    this.#maxRecordBytes = maxRecordBytes
    this.bytes = Buffer.allocUnsafeSlow(Math.max(sizeBytes, 1 << 16))
  }

  /** Where a byte of the window stands, in words. */
  placeOf(at: number): string {
    const isPacked = this.source.offset < 0
    return isPacked ? `byte ${this.#filled - this.end + at} of its decompressed content` : `byte ${this.offsetOf(at)}`
  }

  /** File offset of a byte of the window, or -1 where the file is compressed. */
  offsetOf(at: number): number {
    return this.source.offset < 0 ? -1 : this.source.offset - this.end + at
  }

  /**
   * Moves what is left to the front and reads on. Positions in `bytes` shift: `start` is 0 afterwards.
   *
   * @throws {InputError} where what is left is larger than any record may be
   */
  async readOn(): Promise<void> {
    const left = this.end - this.start
    if (left > this.#maxRecordBytes)
      throw InputError.corrupt(
        this.path,
        `the record at ${this.placeOf(this.start)} does not end within the limit of ${this.#maxRecordBytes} bytes; an open quote or bracket may be the cause`,
      )
    const target = left > this.bytes.length / 2 ? Buffer.allocUnsafeSlow(this.bytes.length * 2) : this.bytes
    this.bytes.copy(target, 0, this.start, this.end)
    this.bytes = target
    this.start = 0
    const got = await this.source.fill(target, left, target.length)
    this.#filled += got
    this.end = left + got
    this.isAtEnd = this.end < target.length
  }
}
