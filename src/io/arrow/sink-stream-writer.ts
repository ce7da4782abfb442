import { RecordBatchFileWriter, RecordBatchStreamWriter, type TypeMap } from 'apache-arrow'
import type { ByteSink } from '../writer.js'

/** What the writers are handed: Arrow's own queue would keep the whole file in memory until it is asked for. */
interface Chunk {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
}

function bytesOf({ buffer, byteOffset, byteLength }: Chunk): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Writes an Arrow stream straight to a sink. */
export class SinkStreamWriter<T extends TypeMap> extends RecordBatchStreamWriter<T> {
  constructor(private readonly bytes: ByteSink) {
    super()
  }

  protected override _write(chunk: Chunk): this {
    if (chunk.byteLength > 0) {
      this.bytes.write(bytesOf(chunk))
      this._position += chunk.byteLength
    }
    return this
  }
}

/** Writes an Arrow file straight to a sink. */
export class SinkFileWriter<T extends TypeMap> extends RecordBatchFileWriter<T> {
  constructor(private readonly bytes: ByteSink) {
    super()
  }

  protected override _write(chunk: Chunk): this {
    if (chunk.byteLength > 0) {
      this.bytes.write(bytesOf(chunk))
      this._position += chunk.byteLength
    }
    return this
  }
}
