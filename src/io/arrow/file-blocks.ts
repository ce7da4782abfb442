import { closeSync, fstatSync } from 'node:fs'
import type { Block } from 'apache-arrow/fb/block'
import { Footer } from 'apache-arrow/fb/footer'
import { ByteBuffer } from 'flatbuffers'
import { openForReading, readExactly } from '../byte-source.js'
import { InputError } from '../input-error.js'
import { bodyLengthOf, checkBody, expectWithin } from './check-message.js'
import { refuseUnknownTypes, schemaOfFooter } from './check-schema.js'
import { expectInflated } from './inflate-budget.js'

const magic = 'ARROW1'
const continuation = 0xffffffff

/** What the footer of an Arrow file says of its parts, held against the file before the library reads them. */
export class FileBlocks {
  readonly #path: string
  readonly #footer: Footer
  readonly #sizeBytes: number

  /** @throws {Error} where the footer is damaged */
  constructor(path: string) {
    this.#path = path
    const { bytes, sizeBytes } = readFooter(path)
    refuseUnknownTypes(path, schemaOfFooter(bytes), bytes.length)
    this.#sizeBytes = sizeBytes
    this.#footer = Footer.getRootAsFooter(new ByteBuffer(bytes))
    for (const count of [this.#footer.dictionariesLength(), this.#footer.recordBatchesLength()])
      expectWithin(count, bytes.length)
    expectWithin(this.#footer.customMetadataLength(), bytes.length)
  }

  checkDictionaries(): void {
    let inflated = 0
    for (let index = 0; index < this.#footer.dictionariesLength(); index++)
      inflated += this.#check(this.#footer.dictionaries(index), `dictionary ${index}`)
    expectInflated(inflated)
  }

  /** To be called right before the batch is read: it also notes what that may inflate to. */
  checkBatch(index: number): void {
    expectInflated(this.#check(this.#footer.recordBatches(index), `record batch ${index}`))
  }

  /** Gives what the block inflates to. */
  #check(block: Block | null, what: string): number {
    const start = Number(block?.offset() ?? -1)
    const fd = openForReading(this.#path)
    const expectInside = (from: number, length: number) => {
      const isInside = from >= 0 && length >= 0 && from + length <= this.#sizeBytes
      if (!isInside) throw new Error(`${what} lies outside of the file`)
    }
    const read = (from: number, length: number) => {
      expectInside(from, length)
      return readExactly({ path: this.#path, fd }, from, from + length)
    }
    try {
      const [first, second] = new Uint32Array(read(start, 8))
      const [headBytes, length] = first === continuation ? [8, second] : [4, first]
      const metadata = new Uint8Array(read(start + headBytes, length))
      const bodyStart = start + headBytes + length
      const bodyLength = bodyLengthOf(metadata) ?? -1
      expectInside(bodyStart, bodyLength)
      return checkBody(metadata, bodyLength, at => new DataView(read(bodyStart + at, 8)).getBigInt64(0, true))
    } finally {
      closeSync(fd)
    }
  }
}

function readFooter(path: string): { bytes: Uint8Array; sizeBytes: number } {
  const fd = openForReading(path)
  try {
    const sizeBytes = fstatSync(fd).size
    const end = sizeBytes - magic.length - 4
    const length = new DataView(readExactly({ path, fd }, end, end + 4)).getInt32(0, true)
    if (!(length > 0 && length <= end)) throw new Error('its footer is damaged')
    return { bytes: new Uint8Array(readExactly({ path, fd }, end - length, end)), sizeBytes }
  } finally {
    closeSync(fd)
  }
}

/**
 * True for the file format, which has a footer; false for a stream.
 *
 * @throws {InputError} where a file begins as one and breaks off
 */
export function isArrowFile(path: string): boolean {
  const fd = openForReading(path)
  try {
    const size = fstatSync(fd).size
    const read = (start: number, end: number) => Buffer.from(readExactly({ path, fd }, start, end)).toString('latin1')
    if (size < magic.length || read(0, magic.length) !== magic) return false
    if (size < 2 * magic.length + 10 || read(size - magic.length, size) !== magic)
      throw InputError.truncated(path, 'the Arrow file has no footer')
    return true
  } finally {
    closeSync(fd)
  }
}
