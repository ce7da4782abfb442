import type { ByteSource } from '../byte-source.js'
import type { ReadOptions, RecordBatch, SourceRecord } from '../reader.js'
import { splitLines, tooLarge } from './split-lines.js'

/**
 * Reads lines in batches. Every batch ends at a line's end, except those that pass over a line beyond
 * `maxRecordBytes`: they carry its bytes in `raw` and no record, and the last of them reports it. Memory
 * stays within `batchBytes`, or twice the longest admissible line where that is more.
 */
export async function* readLines(source: ByteSource, options: ReadOptions): AsyncGenerator<RecordBatch> {
  try {
    yield* new LineReader(source, options).batches()
  } finally {
    await source.close()
  }
}

class LineReader {
  private buffer: Buffer
  /** The buffer holds `[0, filled)`, the bytes from a line's start on. */
  private filled = 0
  private line = 1
  private isAtEnd = false

  constructor(
    private readonly source: ByteSource,
    private readonly options: ReadOptions,
  ) {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(16, options.batchBytes))
  }

  async *batches(): AsyncGenerator<RecordBatch> {
    const isFileStart = this.source.offset <= 0
    await this.fill()
    let skip = isFileStart && startsWithMark(this.buffer, this.filled) ? 3 : 0
    while (this.filled > 0) {
      const to = this.isAtEnd ? this.filled : this.buffer.lastIndexOf(10, this.filled - 1) + 1
      if (to > 0) {
        yield this.cutBatch(skip, to)
        this.keepFrom(to)
      } else if (this.filled - skip > this.options.maxRecordBytes) {
        yield* this.passOverLine(skip)
      } else {
        this.grow()
        await this.fill()
        continue
      }
      skip = 0
      await this.fill()
    }
  }

  private cutBatch(skip: number, to: number): RecordBatch {
    const { buffer: bytes, line: firstLine } = this
    const records: SourceRecord[] = []
    const { maxRecordBytes } = this.options
    this.line += splitLines({ bytes, start: skip, end: to }, { firstLine, base: this.base, maxRecordBytes }, records)
    return { bytes, raw: bytes.subarray(0, to), records }
  }

  /** File offset of the buffer's first byte. */
  private get base(): number | undefined {
    return this.source.offset < 0 ? undefined : this.source.offset - this.filled
  }

  /** Yields the bytes of the line at the buffer's start without holding them, then its defect. */
  private async *passOverLine(skip: number): AsyncGenerator<RecordBatch> {
    const offset = this.base === undefined ? -1 : this.base + skip
    let lengthBytes = -skip
    for (;;) {
      const newline = this.buffer.subarray(0, this.filled).indexOf(10)
      const to = newline < 0 ? this.filled : newline + 1
      lengthBytes += newline < 0 ? to : newline
      const isLast = newline >= 0 || this.isAtEnd
      const defects = () => [tooLarge({ line: this.line++, offset, lengthBytes }, this.options.maxRecordBytes)]
      const records = isLast ? defects() : []
      yield { bytes: this.buffer, raw: this.buffer.subarray(0, to), records }
      this.keepFrom(to)
      if (isLast) return
      await this.fill()
      if (this.filled === 0) {
        yield { bytes: this.buffer, raw: this.buffer.subarray(0, 0), records: defects() }
        return
      }
    }
  }

  private async fill(): Promise<void> {
    if (this.isAtEnd) return
    const wanted = this.buffer.length
    this.filled += await this.source.fill(this.buffer, this.filled, wanted)
    this.isAtEnd = this.filled < wanted
  }

  /** Drops what was yielded; a buffer that a long line had made larger goes back to its usual size. */
  private keepFrom(to: number): void {
    const rest = this.filled - to
    const size = Math.max(16, this.options.batchBytes)
    if (this.buffer.length > size && rest <= size) {
      const smaller = Buffer.allocUnsafeSlow(size)
      this.buffer.copy(smaller, 0, to, this.filled)
      this.buffer = smaller
    } else this.buffer.copyWithin(0, to, this.filled)
    this.filled = rest
  }

  private grow(): void {
    const larger = Buffer.allocUnsafeSlow(Math.min(this.buffer.length * 2, this.options.maxRecordBytes + 4))
    this.buffer.copy(larger, 0, 0, this.filled)
    this.buffer = larger
  }
}

/** True where the bytes begin with a UTF-8 byte order mark. */
export function startsWithMark(bytes: Uint8Array, length = bytes.length): boolean {
  return length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}
