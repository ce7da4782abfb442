import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FileCompression } from '../reader.js'
import type { ByteSink } from '../writer.js'

/** Compressed members and frames each hold this much: neighbours are compressed side by side, and ours are read back frame by frame. */
const blockBytes = 4 << 20
/** How many blocks may wait for a compressor while rows go on. */
const blocksInFlight = 2

/** A sink that may do its work later; `drain` waits until little of it is left. */
export interface DrainableSink extends ByteSink {
  drain(): Promise<void> | void
  finish(): Promise<void> | void
}

/** Wraps a sink so that what is written to it reaches the file compressed. The bytes depend on the content alone. */
export async function compressInto(sink: ByteSink, compression: FileCompression): Promise<DrainableSink> {
  if (compression === 'none') return { write: bytes => sink.write(bytes), drain: () => {}, finish: () => {} }
  if (compression === 'gzip') {
    const pack = promisify(gzip)
    return new BlockSink(sink, block => pack(block))
  }
  const { compress } = await import('@mongodb-js/zstd')
  return new BlockSink(sink, block => compress(block, 3))
}

class BlockSink implements DrainableSink {
  private block = Buffer.allocUnsafeSlow(blockBytes)
  private used = 0
  private blocks = 0
  private readonly waiting: Promise<Buffer>[] = []

  constructor(
    private readonly sink: ByteSink,
    private readonly compress: (block: Buffer) => Promise<Buffer>,
  ) {}

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const count = Math.min(bytes.length - from, blockBytes - this.used)
      this.block.set(bytes.subarray(from, from + count), this.used)
      this.used += count
      from += count
      if (this.used === blockBytes) this.closeBlock()
    }
  }

  async drain(toBlocks = blocksInFlight): Promise<void> {
    while (this.waiting.length > toBlocks) this.sink.write(await (this.waiting.shift() as Promise<Buffer>))
  }

  async finish(): Promise<void> {
    if (this.used > 0 || this.blocks === 0) this.closeBlock()
    await this.drain(0)
  }

  private closeBlock(): void {
    const packed = this.compress(this.block.subarray(0, this.used))
    // Awaited by `drain`; until then a failure must not count as unhandled.
    packed.catch(() => {})
    this.waiting.push(packed)
    this.block = Buffer.allocUnsafeSlow(blockBytes)
    this.used = 0
    this.blocks++
  }
}
