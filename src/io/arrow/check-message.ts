import { MessageHeader } from 'apache-arrow'
import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch'
import { Message } from 'apache-arrow/fb/message'
import { RecordBatch } from 'apache-arrow/fb/record-batch'
import { ByteBuffer } from 'flatbuffers'

/** In front of a compressed buffer stands how long it was, or this where it is stored as it was. */
const notCompressed = -1n
const prefixBytes = 8
/** What the buffers of one message may inflate to: more than a typed array or a worker could hold makes no sense. */
export const largestBody = 2 ** 31

/**
 * Holds the metadata of a message against its own size: a count beyond it would make the library loop for minutes over
 * what is not there. Gives the length of the body, and undefined where it is no message that the library knows.
 */
export function bodyLengthOf(metadata: Uint8Array): number | undefined {
  const message = Message.getRootAsMessage(new ByteBuffer(metadata))
  const length = Number(message.bodyLength())
  const batch = batchOf(message)
  if (batch !== null) {
    const counts = [batch.nodesLength(), batch.buffersLength(), batch.variadicBufferCountsLength()]
    for (const count of [...counts, message.customMetadataLength()]) expectWithin(count, metadata.length)
    for (let index = 0; index < batch.variadicBufferCountsLength(); index++)
      expectWithin(Number(batch.variadicBufferCounts(index)), batch.buffersLength())
  }
  return length >= 0 && length <= Number.MAX_SAFE_INTEGER ? length : undefined
}

export function isSchemaMessage(metadata: Uint8Array): boolean {
  return Message.getRootAsMessage(new ByteBuffer(metadata)).headerType() === MessageHeader.Schema
}

/**
 * Holds the buffers of a record or dictionary batch against its body of `bodyLength` bytes, and what they inflate to
 * against the bound. Gives what they inflate to; `sizeAt` reads the length that stands in front of a compressed buffer.
 *
 * @throws {Error} where a buffer lies outside, or inflates to more than may be held
 */
export function checkBody(metadata: Uint8Array, bodyLength: number, sizeAt: (offset: number) => bigint): number {
  const batch = batchOf(Message.getRootAsMessage(new ByteBuffer(metadata)))
  if (batch === null) return 0
  const isCompressed = batch.compression() !== null
  let inflated = 0
  for (let index = 0; index < batch.buffersLength(); index++) {
    const buffer = batch.buffers(index)
    const [start, length] = [Number(buffer?.offset()), Number(buffer?.length())]
    if (!(start >= 0 && length >= 0 && start + length <= bodyLength))
      throw new Error('a buffer lies outside of its record batch')
    if (!isCompressed || length === 0) continue
    if (length < prefixBytes) throw new Error('a compressed buffer is cut short')
    const size = sizeAt(start)
    if (size < notCompressed) throw new Error('a compressed buffer is damaged')
    if (size > 0n) inflated += Number(size)
  }
  if (inflated > largestBody) throw new Error(`a record batch inflates to ${inflated} bytes; write it in smaller ones`)
  return inflated
}

function batchOf(message: Message): RecordBatch | null {
  switch (message.headerType() as number) {
    case MessageHeader.RecordBatch:
      return message.header(new RecordBatch()) as RecordBatch | null
    case MessageHeader.DictionaryBatch:
      return (message.header(new DictionaryBatch()) as DictionaryBatch | null)?.data() ?? null
    default:
      return null
  }
}

/** @throws {Error} where there cannot be so many of something within so many bytes */
export function expectWithin(count: number, bytes: number): void {
  if (!(count >= 0 && count <= bytes)) throw new Error('its metadata is damaged')
}
