/** A field of a message: a number, or bytes that hold a text or a message. */
export interface ProtobufField {
  readonly field: number
  /** Of fields with a length. */
  readonly bytes: Uint8Array | undefined
  /** Of whole numbers, up to 2^53. */
  readonly value: number
  /** Of fields of 32 bits. */
  readonly float: number
}

/**
 * The fields of a message in the order of its bytes.
 *
 * @throws {Error} where the bytes are no message
 */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      if (at >= bytes.length || scale > 2 ** 63) throw new Error('it is no model of SentencePiece')
      const byte = bytes[at++]
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  const skip = (length: number): number => {
    const start = at
    at += length
    if (at > bytes.length) throw new Error('it is cut short, or no model of SentencePiece')
    return start
  }
  while (at < bytes.length) {
    const tag = varint()
    const field = Math.floor(tag / 8)
    const wire = tag % 8
    if (wire === 0) yield { field, bytes: undefined, value: varint(), float: 0 }
    else if (wire === 5) yield { field, bytes: undefined, value: 0, float: view.getFloat32(skip(4), true) }
    else if (wire === 1) skip(8)
    else if (wire === 2) {
      const length = varint()
      const start = skip(length)
      yield { field, bytes: bytes.subarray(start, at), value: 0, float: 0 }
    } else throw new Error('it is no model of SentencePiece')
  }
}
