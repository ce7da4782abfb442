/** Where in a page something is read. */
export interface PageReader {
  readonly view: DataView
  offset: number
}

/** A stretch of a page that holds runs; what lies behind the page is no part of it. */
export interface RunStretch {
  readonly view: DataView
  readonly offset: number
  readonly end: number
}

/**
 * Decodes runs of equal and of bit-packed numbers (Parquet's hybrid encoding) into all of `target`, and no further: a run's
 * length is only what a file says. hyparquet's own decoder follows it.
 *
 * @throws {Error} where the data before `end` does not suffice
 */
export function decodeRuns(
  { view, offset: from, end }: RunStretch,
  width: number,
  target: Uint16Array | Uint32Array,
): void {
  if (!(width >= 0 && width <= 32)) throw new Error('its bit width is damaged')
  const reader = { view, offset: from }
  const limit = Math.min(end, view.byteLength)
  for (let seen = 0; seen < target.length; ) {
    const header = readVarInt(reader, limit)
    const left = target.length - seen
    if (header % 2 === 0) {
      const count = Math.min(header / 2, left)
      const bytes = (width + 7) >> 3
      if (reader.offset + bytes > limit) throw new Error(cutShort)
      target.fill(littleEndian(view, reader.offset, bytes), seen, seen + count)
      reader.offset += bytes
      seen += count
    } else {
      const groups = (header - 1) / 2
      const count = Math.min(groups * 8, left)
      if (reader.offset + Math.ceil((count * width) / 8) > limit) throw new Error(cutShort)
      unpack(reader, width, target.subarray(seen, seen + count))
      reader.offset += groups * width
      seen += count
    }
  }
}

const cutShort = 'its levels or keys are cut short'

function readVarInt(reader: PageReader, limit: number): number {
  let value = 0
  for (let shift = 1; shift <= 2 ** 28; shift *= 128) {
    if (reader.offset >= limit) throw new Error(cutShort)
    const byte = reader.view.getUint8(reader.offset++)
    value += (byte & 127) * shift
    if (byte < 128) return value
  }
  throw new Error('the length of a run is damaged')
}

function littleEndian(view: DataView, at: number, bytes: number): number {
  let value = 0
  for (let index = bytes - 1; index >= 0; index--) value = value * 256 + view.getUint8(at + index)
  return value
}

function unpack({ view, offset }: PageReader, width: number, target: Uint16Array | Uint32Array): void {
  const range = 2 ** width
  for (let index = 0, bit = 0; index < target.length; index++, bit += width) {
    const at = offset + Math.floor(bit / 8)
    const shift = bit % 8
    const bytes = (shift + width + 7) >> 3
    target[index] = Math.floor(littleEndian(view, at, bytes) / 2 ** shift) % range
  }
}
