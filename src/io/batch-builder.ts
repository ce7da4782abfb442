import type { ReadOptions, RecordBatch, SourceRecord } from './reader.js'

/**
 * Gathers records that a reader turned into JSON text into batches. What identifies their content is that
 * text, and the message and bytes of defects.
 */
export class BatchBuilder {
  private buffer: Buffer
  private used = 0
  private records: SourceRecord[] = []

  constructor(private readonly options: ReadOptions) {
    this.buffer = Buffer.allocUnsafeSlow(options.batchBytes + 1024)
  }

  /** True where the batch holds all it should. */
  get isFull(): boolean {
    return this.used >= this.options.batchBytes
  }

  /** Adds a record; one beyond `maxRecordBytes` becomes a defect. */
  add(text: string | Uint8Array, line: number, offset = -1): void {
    const size = typeof text === 'string' ? Buffer.byteLength(text) : text.length
    if (size > this.options.maxRecordBytes) {
      const message = `the record has ${size} bytes, more than the limit of ${this.options.maxRecordBytes}`
      this.addDefect({ kind: 'defect', code: 'too_large', line, offset, lengthBytes: size, message })
      return
    }
    const start = this.used
    this.append(text, size)
    this.records.push({ kind: 'record', start, end: this.used, line, offset })
  }

  addDefect(defect: Extract<SourceRecord, { kind: 'defect' }>): void {
    this.append(defect.message, Buffer.byteLength(defect.message))
    if (defect.bytes !== undefined) this.append(defect.bytes, defect.bytes.length)
    this.records.push(defect)
  }

  /** The batch so far, or undefined where there is none; it is valid until something is added. */
  take(): RecordBatch | undefined {
    if (this.records.length === 0) return undefined
    const bytes = this.buffer
    const batch = { bytes, raw: bytes.subarray(0, this.used), records: this.records }
    if (bytes.length > 2 * this.options.batchBytes + 1024)
      this.buffer = Buffer.allocUnsafeSlow(this.options.batchBytes + 1024)
    this.used = 0
    this.records = []
    return batch
  }

  private append(text: string | Uint8Array, size: number): void {
    if (this.used + size > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length + (this.buffer.length >> 1), this.used + size))
      this.buffer.copy(larger, 0, 0, this.used)
      this.buffer = larger
    }
    if (typeof text === 'string') this.buffer.write(text, this.used)
    else this.buffer.set(text, this.used)
    this.used += size
  }
}
