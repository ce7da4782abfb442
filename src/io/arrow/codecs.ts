import { CompressionType, compressionRegistry } from 'apache-arrow'
import { loadChecksums } from '../../util/hash.js'
import { inflateAllZstd } from '../compression/inflate-zstd.js'
import { decodeLz4Frame } from './lz4-frame.js'

/** Lets apache-arrow read compressed record batches; Feather files are compressed with LZ4 unless asked otherwise. */
export async function registerCodecs(): Promise<void> {
  await loadChecksums()
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4Frame })
  // apache-arrow needs the bytes aligned, which a pooled buffer need not be.
  compressionRegistry.set(CompressionType.ZSTD, { decode: bytes => new Uint8Array(inflateAllZstd(bytes)) })
}
