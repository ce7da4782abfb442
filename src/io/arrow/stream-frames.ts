import type { ByteSource } from '../byte-source.js'
import { InputError } from '../input-error.js'
import { bodyLengthOf, checkBody, isSchemaMessage, largestBody } from './check-message.js'
import { refuseUnknownTypes, schemaOfMessage } from './check-schema.js'
import { expectInflated } from './inflate-budget.js'

const continuation = 0xffffffff

/**
 * The messages of an Arrow stream, each as one chunk, ending after the end-of-stream mark. apache-arrow
 * itself takes a stream that breaks off for one that is complete.
 *
 * No message may be larger than `sizeBytes`, which is the file's size where that is known.
 *
 * @throws {InputError} where a message is cut short or the mark is missing
 */
export async function* readFrames(
  path: string,
  source: ByteSource,
  sizeBytes = largestBody,
): AsyncGenerator<Uint8Array> {
  try {
    for (let isFirst = true; ; isFirst = false) {
      const prefix = await take(path, source, 4)
      const isModern = prefix.readUInt32LE(0) === continuation
      const lengthBytes = isModern ? await take(path, source, 4) : prefix
      const length = lengthBytes.readInt32LE(0)
      const head = isModern ? [prefix, lengthBytes] : [prefix]
      if (length === 0 && !isFirst) {
        yield Buffer.concat(head)
        return
      }
      const metadata =
        length > 0 && length < Math.min(1 << 28, sizeBytes) ? await take(path, source, length) : undefined
      const bodyLength = metadata === undefined ? undefined : readHead(metadata, isFirst)
      if (metadata === undefined || bodyLength === undefined)
        throw InputError.corrupt(path, 'is no Arrow stream, or one with a broken message')
      if (isFirst) refuseUnknownTypes(path, schemaOfMessage(metadata), metadata.length)
      if (bodyLength > sizeBytes) throw InputError.truncated(path, 'a message of the Arrow stream goes beyond its end')
      const body = await take(path, source, bodyLength)
      expectInflated(checkBody(metadata, bodyLength, at => body.readBigInt64LE(at)))
      yield Buffer.concat([...head, metadata, body])
    }
  } finally {
    await source.close()
  }
}

function readHead(metadata: Uint8Array, isFirst: boolean): number | undefined {
  try {
    return isFirst && !isSchemaMessage(metadata) ? undefined : bodyLengthOf(metadata)
  } catch {
    return undefined
  }
}

async function take(path: string, source: ByteSource, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  if ((await source.fill(bytes, 0, length)) < length)
    throw InputError.truncated(path, 'the Arrow stream ends without its end mark')
  return bytes
}
