import { ByteWriter } from 'hyparquet-writer'
import type { ByteSink } from '../writer.js'

/** Collects a row group's bytes and hands them to the sink when it is complete. */
export class SinkWriter extends ByteWriter {
  constructor(private readonly sink: ByteSink) {
    super(1 << 16)
  }

  flush(): void {
    this.sink.write(this.getBytes())
    this.index = 0
  }

  override finish(): void {
    this.flush()
  }
}
