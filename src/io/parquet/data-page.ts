import { decompressPage } from 'hyparquet/src/datapage.js'
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js'
import { byteStreamSplit } from 'hyparquet/src/encoding.js'
import { readPlain } from 'hyparquet/src/plain.js'
import type { ColumnDecoder, DecodedArray, PageHeader } from 'hyparquet/src/types.js'
import { decodeRuns, type PageReader, type RunStretch } from './runs.js'
import type { SchemaNode } from './schema-node.js'

/** What the pages of a column are decoded by. */
export interface Decoder extends Pick<ColumnDecoder, 'type' | 'codec' | 'compressors'> {
  readonly leaf: SchemaNode
}

/** A page of a column as it was decoded; levels are undefined where all are at their highest, or nothing repeats. */
export interface DecodedPage {
  readonly defs: Uint16Array | undefined
  readonly reps: Uint16Array | undefined
  /** Values, or their places in the dictionary. */
  readonly values: DecodedArray
  readonly isDictionary: boolean
}

/** What the values of one page that share their beginnings may take, written out. */
const mostSharedBytes = 2 ** 29

/**
 * Decodes a data page of either version.
 *
 * @throws {Error} where the page is damaged
 */
export function decodeDataPage(page: Uint8Array, header: PageHeader, decoder: Decoder): DecodedPage {
  const { leaf } = decoder
  const v2 = header.data_page_header_v2
  if (header.type === 'DATA_PAGE_V2' && v2 !== undefined) {
    const { repetition_levels_byte_length: repBytes, definition_levels_byte_length: defBytes } = v2
    if (!(repBytes >= 0 && defBytes >= 0 && repBytes + defBytes <= page.length)) throw new Error(cutShort)
    const reader = readerOf(page)
    const count = v2.num_values
    const reps = leaf.maxRep > 0 && repBytes > 0 ? levels({ ...reader, end: repBytes }, leaf.maxRep, count) : undefined
    reader.offset = repBytes
    const defs =
      leaf.maxDef > 0 && defBytes > 0 ? levels({ ...reader, end: repBytes + defBytes }, leaf.maxDef, count) : undefined
    const packed = page.subarray(repBytes + defBytes)
    const size = header.uncompressed_page_size - repBytes - defBytes
    const isPacked = v2.is_compressed !== false && presentOf(defs, leaf, count) > 0
    const content = isPacked ? decompressPage(packed, size, decoder.codec, decoder.compressors) : packed
    return {
      defs,
      reps,
      ...readValues(readerOf(content), { encoding: v2.encoding, count: presentOf(defs, leaf, count) }, decoder),
    }
  }
  const v1 = header.data_page_header
  if (v1 === undefined) throw new Error('a page has no header of its kind')
  const reader = readerOf(decompressPage(page, header.uncompressed_page_size, decoder.codec, decoder.compressors))
  const reps = leaf.maxRep > 0 ? prefixedLevels(reader, leaf.maxRep, v1.num_values) : undefined
  const defs = leaf.maxDef > 0 ? prefixedLevels(reader, leaf.maxDef, v1.num_values) : undefined
  return {
    defs,
    reps,
    ...readValues(reader, { encoding: v1.encoding, count: presentOf(defs, leaf, v1.num_values) }, decoder),
  }
}

const cutShort = 'its levels are cut short'

function readerOf(bytes: Uint8Array): PageReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
}

/** Levels with their length in front. */
function prefixedLevels(reader: PageReader, highest: number, count: number): Uint16Array {
  const end = reader.offset + 4 + reader.view.getUint32(reader.offset, true)
  reader.offset += 4
  if (end > reader.view.byteLength) throw new Error(cutShort)
  const decoded = levels({ ...reader, end }, highest, count)
  reader.offset = end
  return decoded
}

function levels(stretch: RunStretch, highest: number, count: number): Uint16Array {
  const target = new Uint16Array(count)
  decodeRuns(stretch, widthOf(highest), target)
  if (target.some(level => level > highest)) throw new Error('its levels are damaged')
  return target
}

function widthOf(highest: number): number {
  return 32 - Math.clz32(highest)
}

function presentOf(defs: Uint16Array | undefined, { maxDef }: SchemaNode, count: number): number {
  if (defs === undefined) return count
  let present = 0
  for (const level of defs) if (level === maxDef) present++
  return present
}

type Values = Pick<DecodedPage, 'values' | 'isDictionary'>

interface Encoded {
  readonly encoding: string | undefined
  readonly count: number
}

function readValues(reader: PageReader, encoded: Encoded, decoder: Decoder): Values {
  const { encoding, count } = encoded
  // Where all values are null, writers leave out what would say how the others are encoded.
  if (count === 0) return { values: [], isDictionary: false }
  if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY')
    return { values: readKeys(reader, count), isDictionary: true }
  return { values: readEncoded(reader, encoded, decoder), isDictionary: false }
}

function readKeys(reader: PageReader, count: number): Uint32Array {
  const width = reader.view.getUint8(reader.offset++)
  const keys = new Uint32Array(count)
  if (width > 0) decodeRuns({ ...reader, end: reader.view.byteLength }, width, keys)
  return keys
}

function readEncoded(reader: PageReader, { encoding, count }: Encoded, { type, leaf }: Decoder): DecodedArray {
  switch (encoding) {
    case 'PLAIN':
      expectBytes(reader, count / 8)
      return readPlain(reader, type, count, leaf.element.type_length)
    case 'RLE': {
      if (type !== 'BOOLEAN') throw new Error('its values are encoded as their type cannot be')
      const bits = new Uint16Array(count)
      reader.offset += 4
      decodeRuns({ ...reader, end: reader.view.byteLength }, 1, bits)
      return Array.from(bits, bit => bit !== 0)
    }
    case 'BYTE_STREAM_SPLIT':
      expectBytes(reader, count)
      return byteStreamSplit(reader, count, type, leaf.element.type_length)
    case 'DELTA_BINARY_PACKED': {
      const values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count)
      deltaBinaryUnpack(reader, count, values)
      return values
    }
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return withDeltas(reader, count, deltaLengthByteArray)
    case 'DELTA_BYTE_ARRAY':
      refuseSharedBeyond(reader, count)
      return withDeltas(reader, count, deltaByteArray)
    default:
      throw new Error(`its encoding ${encoding ?? ''} is not known`)
  }
}

function withDeltas(
  reader: PageReader,
  count: number,
  read: (reader: PageReader, count: number, values: Uint8Array[]) => void,
): Uint8Array[] {
  const values: Uint8Array[] = []
  read(reader, count, values)
  if (reader.offset > reader.view.byteLength) throw new Error('its values are cut short')
  return values
}

/** Values that share their beginning with the one before can be written out to any length from a few bytes. */
function refuseSharedBeyond({ view, offset }: PageReader, count: number): void {
  const reader = { view, offset }
  const [shared, own] = [new Int32Array(count), new Int32Array(count)]
  deltaBinaryUnpack(reader, count, shared)
  deltaBinaryUnpack(reader, count, own)
  let [sum, last] = [0, 0]
  for (let at = 0; at < count; at++) {
    if (shared[at] < 0 || own[at] < 0 || shared[at] > last) throw new Error('its values are damaged')
    last = shared[at] + own[at]
    sum += last
  }
  if (sum > mostSharedBytes)
    throw new Error(`the values of one page take ${sum} bytes written out; write the file with smaller pages`)
}

/** Values take so many bytes at least. */
function expectBytes({ view, offset }: PageReader, bytes: number): void {
  if (bytes > view.byteLength - offset) throw new Error('its values are cut short')
}
