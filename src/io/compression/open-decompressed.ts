import type { ByteSource } from '../byte-source.js'
import { openFileSource } from '../byte-source.js'
import type { FileCompression } from '../reader.js'
import { gunzip } from './gunzip.js'
import { unzstd } from './unzstd.js'

/** Opens a file for reading from its start to its end, decompressed. */
export function openDecompressed(path: string, compression: FileCompression): ByteSource {
  if (compression === 'none') return openFileSource(path)
  return new ChunkSource(compression === 'gzip' ? gunzip(path) : unzstd(path))
}

/** Chunks of a stream as a byte source; what does not fit a `fill` waits for the next one. */
class ChunkSource implements ByteSource {
  readonly offset = -1
  private rest: Uint8Array = new Uint8Array(0)

  constructor(private readonly chunks: AsyncGenerator<Uint8Array>) {}

  async fill(target: Buffer, from: number, to: number): Promise<number> {
    let at = from
    while (at < to) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next()
        if (next.done) break
        this.rest = next.value
      }
      const count = Math.min(this.rest.length, to - at)
      target.set(this.rest.subarray(0, count), at)
      this.rest = this.rest.subarray(count)
      at += count
    }
    return at - from
  }

  async close(): Promise<void> {
    await this.chunks.return(undefined)
  }
}
