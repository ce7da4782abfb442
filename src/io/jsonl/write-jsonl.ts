import type { DrainableSink } from '../compression/block-sink.js'
import type { DatasetWriter, RowBatch } from '../writer.js'

const lineFeed = Buffer.from('\n')

/** Rows that stand in a buffer as lines already, one after another, are written in one piece. */
export class JsonlWriter implements DatasetWriter {
  constructor(private readonly sink: DrainableSink) {}

  write({ bytes, rows }: RowBatch): Promise<void> | void {
    for (let index = 0; index < rows.length; ) {
      const { start } = rows[index]
      let { end } = rows[index++]
      while (index < rows.length && rows[index].start === end + 1 && bytes[end] === 10) end = rows[index++].end
      if (bytes[end] === 10 && end < bytes.length) this.sink.write(bytes.subarray(start, end + 1))
      else {
        this.sink.write(bytes.subarray(start, end))
        this.sink.write(lineFeed)
      }
    }
    return this.sink.drain()
  }

  finish(): Promise<void> | void {
    return this.sink.finish()
  }
}
