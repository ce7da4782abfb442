import { xxh32 } from '../../util/hash.js'

const frameMagic = 0x184d2204

/**
 * Decompresses one LZ4 frame (the format's description 1.6.3), also one of linked blocks. Checksums that it carries are
 * checked.
 *
 * @throws {Error} where the frame is broken, or holds more than `limit` bytes
 */
export function decodeLz4Frame(input: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  if (view.getUint32(0, true) !== frameMagic) throw new Error('LZ4 data without its frame mark')
  const flags = input[4]
  const [hasBlockChecksum, hasSize, hasChecksum] = [0x10, 0x08, 0x04].map(flag => (flags & flag) !== 0)
  const output = new GrowingBytes(hasSize ? Number(view.getBigUint64(6, true)) : input.length * 4, limit)
  const headerEnd = 6 + (hasSize ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0)
  if (((xxh32(input.subarray(4, headerEnd)) >>> 8) & 255) !== input[headerEnd])
    throw new Error('the header of LZ4 data is damaged')
  let at = headerEnd + 1
  for (;;) {
    const head = view.getUint32(at, true)
    at += 4
    if (head === 0) break
    const end = at + (head & 0x7fffffff)
    if (end > input.length) throw new Error('LZ4 block cut short')
    if (hasBlockChecksum) check(input.subarray(at, end), view.getUint32(end, true))
    if (head >>> 31 === 1) output.append(input.subarray(at, end))
    else decodeBlock(input.subarray(at, end), output)
    at = end + (hasBlockChecksum ? 4 : 0)
  }
  const content = output.bytes.subarray(0, output.length)
  if (hasChecksum) check(content, view.getUint32(at, true))
  return content
}

function check(bytes: Uint8Array, stored: number): void {
  if (xxh32(bytes) !== stored) throw new Error('LZ4 data does not match the checksum that it carries')
}

function decodeBlock(input: Uint8Array, output: GrowingBytes): void {
  const end = input.length
  let at = 0
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

  constructor(
    capacity: number,
    private readonly limit: number,
  ) {
    this.bytes = new Uint8Array(Math.min(Math.max(64, capacity), limit))
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
    const wanted = this.length + count
    if (wanted <= this.bytes.length) return
    if (wanted > this.limit) throw new Error(`LZ4 data holds more than the ${this.limit} bytes that were announced`)
    const larger = new Uint8Array(Math.min(Math.max(this.bytes.length * 2, wanted), this.limit))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }
}
