import { CompressionType, compressionRegistry } from 'apache-arrow'
import { decompress } from 'fzstd'
import { decodeLz4Frame } from './lz4-frame.js'

/** Lets apache-arrow read compressed record batches; Feather files are compressed with LZ4 unless asked otherwise. */
export function registerCodecs(): void {
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4Frame })
  // fzstd gives a view into a larger buffer, and apache-arrow needs its bytes aligned.
  compressionRegistry.set(CompressionType.ZSTD, { decode: bytes => decompress(bytes).slice() })
}
