import { nullNonFinite } from '../../util/json-value.js'
import type { DrainableSink } from '../compression/block-sink.js'
import type { DatasetWriter, RowBatch } from '../writer.js'

const opening = Buffer.from('[\n')
const separator = Buffer.from(',\n')
const closing = Buffer.from('\n]\n')
const empty = Buffer.from('[]\n')

/** Writes rows as one JSON array, each on a line of its own. Readers of JSON know no NaN: it becomes null, and is counted. */
export class JsonArrayWriter implements DatasetWriter {
  nulledNumbers = 0
  private isEmpty = true

  constructor(private readonly sink: DrainableSink) {}

  write({ bytes, rows }: RowBatch): Promise<void> | void {
    for (const { start, end } of rows) {
      this.sink.write(this.isEmpty ? opening : separator)
      const row = nullNonFinite(bytes.subarray(start, end))
      this.sink.write(row.bytes)
      this.nulledNumbers += row.count
      this.isEmpty = false
    }
    return this.sink.drain()
  }

  finish(): Promise<void> | void {
    this.sink.write(this.isEmpty ? empty : closing)
    return this.sink.finish()
  }
}
