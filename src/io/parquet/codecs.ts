import { gunzipSync, gzipSync } from 'node:zlib'
import type { Compressors } from 'hyparquet'
import { compressors as portable } from 'hyparquet-compressors'
import snappy from 'snappy'

/** Level 1 takes a quarter of the time of the usual 6 and an eighth more space. */
const gzipLevel = 1

/** Native codecs where Node or a package has them; the others are slower but complete. */
export const decompressors: Compressors = {
  ...portable,
  SNAPPY: input => snappy.uncompressSync(Buffer.from(input.buffer, input.byteOffset, input.length)) as Buffer,
  GZIP: input => gunzipSync(input),
}

export const compressors = {
  SNAPPY: (input: Uint8Array) => snappy.compressSync(Buffer.from(input.buffer, input.byteOffset, input.length)),
  GZIP: (input: Uint8Array) => gzipSync(input, { level: gzipLevel }),
}
