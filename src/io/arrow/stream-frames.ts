import { MessageHeader } from 'apache-arrow'
import { Message as EncodedMessage } from 'apache-arrow/fb/message'
import { ByteBuffer } from 'flatbuffers'
import type { ByteSource } from '../byte-source.js'
import { InputError } from '../input-error.js'
import { refuseUnknownTypes, schemaOfMessage } from './check-schema.js'

const continuation = 0xffffffff

/**
 * The messages of an Arrow stream, each as one chunk, ending after the end-of-stream mark. apache-arrow
 * itself takes a stream that breaks off for one that is complete.
 *
 * @throws {InputError} where a message is cut short or the mark is missing
 */
export async function* readFrames(path: string, source: ByteSource): AsyncGenerator<Uint8Array> {
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
      const metadata = length > 0 && length < 1 << 28 ? await take(path, source, length) : undefined
      const bodyLength = metadata === undefined ? undefined : bodyLengthOf(metadata, isFirst)
      if (metadata === undefined || bodyLength === undefined)
        throw InputError.corrupt(path, 'is no Arrow stream, or one with a broken message')
      if (isFirst) refuseUnknownTypes(path, schemaOfMessage(metadata))
      yield Buffer.concat([...head, metadata, await take(path, source, bodyLength)])
    }
  } finally {
    await source.close()
  }
}

function bodyLengthOf(metadata: Uint8Array, isFirst: boolean): number | undefined {
  try {
    const message = EncodedMessage.getRootAsMessage(new ByteBuffer(metadata))
    const isSchema = message.headerType() === MessageHeader.Schema
    return isFirst && !isSchema ? undefined : Number(message.bodyLength())
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
