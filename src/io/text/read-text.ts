import { isUtf8 } from 'node:buffer'
import { statSync } from 'node:fs'
import { BatchBuilder } from '../batch-builder.js'
import type { ByteSource } from '../byte-source.js'
import { openDecompressed } from '../compression/open-decompressed.js'
import { startsWithMark } from '../jsonl/read-lines.js'
import type { ReadOptions, RecordBatch, Slice } from '../reader.js'

/**
 * Reads a plain text file as one sample, `{"<textKey>": content}`. A file beyond `maxRecordBytes` or not
 * in UTF-8 is a defect. A byte order mark is left out.
 */
export async function* readText(slice: Slice, options: ReadOptions): AsyncGenerator<RecordBatch> {
  const source = openDecompressed(slice.path, slice.compression)
  const batch = new BatchBuilder(options)
  try {
    const content = await readUpTo(source, options.maxRecordBytes)
    const place = { kind: 'defect', line: 1, offset: 0 } as const
    if (content === undefined) {
      const { size: lengthBytes } = statSync(slice.path)
      const message = `the file holds more than the limit of ${options.maxRecordBytes} bytes`
      batch.addDefect({ ...place, code: 'too_large', lengthBytes, message })
    } else if (!isUtf8(content)) {
      const message = 'the file is not valid UTF-8'
      batch.addDefect({ ...place, code: 'not_utf8', lengthBytes: content.length, message, bytes: content })
    } else {
      const text = content.toString('utf8', startsWithMark(content) ? 3 : 0)
      batch.add(`{${JSON.stringify(options.textKey)}:${JSON.stringify(text)}}`, 1, 0)
    }
  } finally {
    await source.close()
  }
  yield batch.take() as RecordBatch
}

/** All bytes of a source, or undefined where they are more than `limit`. */
async function readUpTo(source: ByteSource, limit: number): Promise<Buffer | undefined> {
  let buffer = Buffer.allocUnsafeSlow(1 << 16)
  let used = 0
  for (;;) {
    used += await source.fill(buffer, used, buffer.length)
    if (used > limit) return undefined
    if (used < buffer.length) return buffer.subarray(0, used)
    const larger = Buffer.allocUnsafeSlow(buffer.length * 2)
    buffer.copy(larger, 0, 0, used)
    buffer = larger
  }
}
