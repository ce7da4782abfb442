import { openFileSource } from '../byte-source.js'
import { openDecompressed } from '../compression/open-decompressed.js'
import type { ReadOptions, RecordBatch, Slice } from '../reader.js'
import { readLines } from './read-lines.js'

/**
 * Reads a byte range of a JSONL file, or all of a compressed one. Whether a line holds a JSON object is
 * for its consumer to say: this reader finds lines, it does not parse them.
 */
export async function* readJsonl(slice: Slice, options: ReadOptions): AsyncGenerator<RecordBatch> {
  const source =
    slice.compression === 'none'
      ? openFileSource(slice.path, slice.cut.kind === 'bytes' ? slice.cut : undefined)
      : openDecompressed(slice.path, slice.compression)
  yield* readLines(source, options)
}
