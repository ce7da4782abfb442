import { CompressionType, compressionRegistry } from 'apache-arrow'
import { inflateAllZstd } from '../compression/inflate-zstd.js'
import { inflatedLeft, takeInflated } from './inflate-budget.js'
import { decodeLz4Frame } from './lz4-frame.js'

/** Lets apache-arrow read compressed record batches; Feather files are compressed with LZ4 unless asked otherwise. */
export async function registerCodecs(): Promise<void> {
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: bytes => within(decodeLz4Frame(bytes, inflatedLeft())) })
  // apache-arrow needs the bytes aligned, which a pooled buffer need not be.
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: bytes => within(new Uint8Array(inflateAllZstd(bytes, inflatedLeft()))),
  })
}

function within(bytes: Uint8Array): Uint8Array {
  takeInflated(bytes.length)
  return bytes
}
