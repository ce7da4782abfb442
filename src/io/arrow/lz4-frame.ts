const frameMagic = 0x184d2204

/**
 * Decompresses one LZ4 frame (the format's description 1.6.3), also one of linked blocks. Checksums are
 * passed over.
 *
 * @throws {Error} where the frame is broken
 */
export function decodeLz4Frame(input: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  if (view.getUint32(0, true) !== frameMagic) throw new Error('LZ4 data without its frame mark')
  const flags = input[4]
  const hasBlockChecksum = (flags & 0x10) !== 0
  const hasSize = (flags & 0x08) !== 0
  const output = new GrowingBytes(hasSize ? Number(view.getBigUint64(6, true)) : input.length * 4)
  let at = 7 + (hasSize ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0)
  for (;;) {
    const head = view.getUint32(at, true)
    at += 4
    if (head === 0) return output.bytes.subarray(0, output.length)
    const end = at + (head & 0x7fffffff)
    if (end > input.length) throw new Error('LZ4 block cut short')
    if (head >>> 31 === 1) output.append(input.subarray(at, end))
    else decodeBlock(input, at, end, output)
    at = end + (hasBlockChecksum ? 4 : 0)
  }
}

function decodeBlock(input: Uint8Array, from: number, end: number, output: GrowingBytes): void {
  let at = from
  const readLength = (start: number): number => {
    let length = start
    if (start === 15) {
      let more: number
      do {
        more = input[at++]
        length += more
      } while (more === 255)
    }
    return length
  }
  while (at < end) {
    const token = input[at++]
    const literals = readLength(token >> 4)
    if (at + literals > end) throw new Error('LZ4 literals cut short')
    output.append(input.subarray(at, at + literals))
    at += literals
    if (at >= end) return
    const distance = input[at] | (input[at + 1] << 8)
    at += 2
    output.repeat(distance, readLength(token & 15) + 4)
  }
}

class GrowingBytes {
  bytes: Uint8Array
  length = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.max(64, capacity))
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Repeats what stands `distance` bytes back; the stretches may overlap. */
  repeat(distance: number, count: number): void {
    const from = this.length - distance
    if (distance === 0 || from < 0) throw new Error('LZ4 match outside the data')
    this.reserve(count)
    const { bytes, length } = this
    if (distance >= count) bytes.copyWithin(length, from, from + count)
    else for (let i = 0; i < count; i++) bytes[length + i] = bytes[from + i]
    this.length += count
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }
}
