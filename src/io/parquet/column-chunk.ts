import type { ColumnMetaData } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { decompressPage } from 'hyparquet/src/datapage.js'
import { readPlain } from 'hyparquet/src/plain.js'
import type { DecodedArray, PageHeader } from 'hyparquet/src/types.js'
import { crc32 } from '../../util/crc32.js'
import { decompressors } from './codecs.js'
import { type Decoder, decodeDataPage } from './data-page.js'
import type { SchemaNode } from './schema-node.js'

/** The values of one column in one row group, as primitives, with the levels that say where they stand. */
export interface ColumnValues {
  /** A value's definition level each; undefined where all are there. */
  readonly defs: Uint16Array | undefined
  /** Repetition levels; undefined where nothing repeats. */
  readonly reps: Uint16Array | undefined
  /** Only those that are there. */
  readonly values: readonly unknown[]
  readonly entries: number
}

/** A chunk is in memory as a whole; runs of one value make a large one of a few bytes. */
const mostValues = 2 ** 27

/**
 * Decodes a column chunk. Checksums that pages carry are checked.
 *
 * @throws {Error} where the chunk is damaged
 */
export function readColumnChunk(bytes: ArrayBuffer, leaf: SchemaNode, metadata: ColumnMetaData): ColumnValues {
  const { type, codec } = metadata
  const reader = { view: new DataView(bytes), offset: 0 }
  const column = new ColumnBuilder({ leaf, type, codec, compressors: decompressors }, Number(metadata.num_values))
  while (column.isIncomplete && reader.offset < bytes.byteLength - 1) {
    const header = parquetHeader(reader)
    const size = header.compressed_page_size
    if (!(size >= 0 && size <= bytes.byteLength - reader.offset)) throw new Error('a page goes beyond its column')
    const page = new Uint8Array(bytes, reader.offset, size)
    reader.offset += size
    if (header.crc !== undefined && crc32(page) !== header.crc >>> 0)
      throw new Error('a page does not match the checksum that it carries')
    if (header.type === 'DICTIONARY_PAGE') column.useDictionary(page, header)
    else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') column.add(page, header)
  }
  return column.finish()
}

function readDictionary(page: Uint8Array, header: PageHeader, decoder: Decoder): DecodedArray {
  const count = header.dictionary_page_header?.num_values ?? 0
  const content = decompressPage(page, header.uncompressed_page_size, decoder.codec, decoder.compressors)
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  if (!(count >= 0 && count <= content.byteLength * 8)) throw new Error('its dictionary is cut short')
  return readPlain({ view, offset: 0 }, decoder.type, count, decoder.leaf.element.type_length)
}

/** Gathers the pages of a column. */
class ColumnBuilder {
  readonly #decoder: Decoder
  readonly #expected: number
  readonly #defs: Uint16Array | undefined
  readonly #reps: Uint16Array | undefined
  readonly #values: unknown[] = []
  #dictionary: DecodedArray | undefined
  #entries = 0

  constructor(decoder: Decoder, expected: number) {
    if (!(expected >= 0 && expected <= mostValues))
      throw new Error(
        `${expected} values in one row group, of which at most ${mostValues} can be read; write it in smaller ones`,
      )
    const { leaf } = decoder
    this.#decoder = decoder
    this.#expected = expected
    // Pages without levels are all there, and nothing in them repeats.
    this.#defs = leaf.maxDef > 0 ? new Uint16Array(expected).fill(leaf.maxDef) : undefined
    this.#reps = leaf.maxRep > 0 ? new Uint16Array(expected) : undefined
  }

  get isIncomplete(): boolean {
    return this.#entries < this.#expected
  }

  useDictionary(page: Uint8Array, header: PageHeader): void {
    this.#dictionary = readDictionary(page, header, this.#decoder)
  }

  add(page: Uint8Array, header: PageHeader): void {
    const info = header.data_page_header ?? header.data_page_header_v2
    if (info === undefined) throw new Error('a page has no header of its kind')
    const count = info.num_values
    if (count === 0) return
    if (!(count > 0 && count <= this.#expected - this.#entries)) throw new Error('its pages hold more than it says')
    const { defs, reps, values, isDictionary } = decodeDataPage(page, header, this.#decoder)
    if (defs !== undefined) this.#defs?.set(defs, this.#entries)
    if (reps !== undefined) this.#reps?.set(reps, this.#entries)
    this.#addValues(values, isDictionary ? (this.#dictionary ?? []) : undefined)
    this.#entries += count
  }

  finish(): ColumnValues {
    if (this.isIncomplete) throw new Error(`it holds ${this.#entries} values where its footer says ${this.#expected}`)
    const present = this.#defs === undefined ? this.#expected : countOf(this.#defs, this.#decoder.leaf.maxDef)
    if (present !== this.#values.length) throw new Error('its levels do not fit its values')
    return { defs: this.#defs, reps: this.#reps, values: this.#values, entries: this.#entries }
  }

  #addValues(data: DecodedArray, dictionary: DecodedArray | undefined): void {
    for (let at = 0; at < data.length; at++) {
      const value: unknown = dictionary === undefined ? data[at] : dictionary[data[at] as number]
      if (value === undefined) throw new Error('its values are cut short or missing in its dictionary')
      this.#values.push(value)
    }
  }
}

function countOf(levels: Uint16Array, wanted: number): number {
  let count = 0
  for (const level of levels) if (level === wanted) count++
  return count
}
