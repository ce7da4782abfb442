import type { DrainableSink } from '../compression/block-sink.js'
import type { DatasetWriter, RowBatch } from '../writer.js'

const opening = Buffer.from('[\n')
const separator = Buffer.from(',\n')
const closing = Buffer.from('\n]\n')
const empty = Buffer.from('[]\n')

/** Writes rows as one JSON array, each on a line of its own. */
export class JsonArrayWriter implements DatasetWriter {
  private isEmpty = true

  constructor(private readonly sink: DrainableSink) {}

  write({ bytes, rows }: RowBatch): Promise<void> | void {
    for (const { start, end } of rows) {
      this.sink.write(this.isEmpty ? opening : separator)
      this.sink.write(bytes.subarray(start, end))
      this.isEmpty = false
    }
    return this.sink.drain()
  }

  finish(): Promise<void> | void {
    this.sink.write(this.isEmpty ? empty : closing)
    return this.sink.finish()
  }
}
