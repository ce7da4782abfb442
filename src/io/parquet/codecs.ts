import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import type { Compressors } from 'hyparquet'
import { compressors as portable } from 'hyparquet-compressors'
import snappy from 'snappy'
import { inflateZstd } from '../compression/inflate-zstd.js'

/** Level 1 takes a quarter of the time of the usual 6 and an eighth more space. */
const gzipLevel = 1

type Decompress = (input: Uint8Array, outputLength: number) => Uint8Array

/** Native codecs where Node or a package has them; the others are slower but complete. None gives more than the page's header says. */
const codecs: Compressors = {
  ...portable,
  SNAPPY: unpackSnappy,
  GZIP: (input, maxOutputLength) => gunzipSync(input, { maxOutputLength }),
  BROTLI: (input, maxOutputLength) => brotliDecompressSync(input, { maxOutputLength }),
  ZSTD: inflateZstd,
}

/** A page without bytes is written without a codec's frame around it. */
export const decompressors: Compressors = Object.fromEntries(
  Object.entries(codecs).map(([name, decompress]) => [name, exceptNothing(decompress as Decompress)]),
)

function exceptNothing(decompress: Decompress): Decompress {
  return (input, outputLength) => (outputLength === 0 ? new Uint8Array(0) : decompress(input, outputLength))
}

function unpackSnappy(input: Uint8Array, outputLength: number): Uint8Array {
  let length = 0
  for (let at = 0, shift = 1; at < 5; at++, shift *= 128) {
    length += (input[at] & 127) * shift
    if (input[at] < 128) break
  }
  if (length !== outputLength) throw new Error(`a page holds ${length} bytes where its header says ${outputLength}`)
  return snappy.uncompressSync(Buffer.from(input.buffer, input.byteOffset, input.length)) as Buffer
}

export const compressors = {
  SNAPPY: (input: Uint8Array) => snappy.compressSync(Buffer.from(input.buffer, input.byteOffset, input.length)),
  GZIP: (input: Uint8Array) => gzipSync(input, { level: gzipLevel }),
}
