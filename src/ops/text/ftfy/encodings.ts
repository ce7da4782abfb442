import { isUtf8 } from 'node:buffer'
import { encodings } from '../../data/ftfy.js'

/** A single-byte encoding in which text may have been misread. */
export interface SingleByteEncoding {
  readonly name: string
  /** True for encodings in which every byte means something, and byte 1A stands for U+FFFD. */
  readonly isSloppy: boolean
  /** The byte of each UTF-16 unit, or -1. */
  readonly byteOf: Int16Array
}

let loaded: readonly SingleByteEncoding[] | undefined

/** The encodings that are tried, in order. */
export function singleByteEncodings(): readonly SingleByteEncoding[] {
  loaded ??= encodings.map(({ name, high }) => {
    const isSloppy = name.startsWith('sloppy')
    const byteOf = new Int16Array(0x10000).fill(-1)
    for (let byte = 0; byte < 0x80; byte++) byteOf[byte] = byte
    for (let i = 0; i < 0x80; i++) byteOf[high.charCodeAt(i)] = 0x80 + i
    if (isSloppy) {
      byteOf[0x1a] = -1
      byteOf[0xfffd] = 0x1a
    }
    return { name, isSloppy, byteOf }
  })
  return loaded
}

/** Writes a text in an encoding, one character of the result a byte; undefined where it does not fit. */
export function encode(text: string, { byteOf }: SingleByteEncoding): string | undefined {
  const bytes = Buffer.allocUnsafe(text.length)
  for (let i = 0; i < text.length; i++) {
    const byte = byteOf[text.charCodeAt(i)]
    if (byte < 0) return undefined
    bytes[i] = byte
  }
  return bytes.toString('latin1')
}

/** Reads bytes (one a character) as UTF-8; undefined where they are not. */
export function decodeUtf8Strictly(bytes: string): string | undefined {
  const buffer = Buffer.from(bytes, 'latin1')
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined
}

/** Python's `$`: at the end, or before a line feed that ends the input. */
const end = '(?=\\n?(?![\\s\\S]))'
const nullByte = `\\xc0(?:\\x80|${end})`
const surrogatePair =
  `\\xed(?:[\\xa0-\\xaf]|${end})(?:[\\x80-\\xbf]|${end})` +
  `(?:\\xed|${end})(?:[\\xb0-\\xbf]|${end})(?:[\\x80-\\xbf]|${end})`
const loneSurrogate = `\\xed(?:[\\xa0-\\xbf]|${end})(?:[\\x80-\\xbf]|${end})`

/**
 * Reads bytes as UTF-8 in which a NUL may be spelled C0 80 (Java) and characters beyond the basic plane as
 * two surrogates of three bytes (CESU-8); undefined where they are neither. Follows ftfy's decoder also in
 * that a C0 before a final line feed swallows it.
 */
export function decodeUtf8Variants(bytes: string): string | undefined {
  const special = new RegExp(`${nullByte}|${surrogatePair}|${loneSurrogate}`, 'g')
  const wholePair = new RegExp(surrogatePair, 'y')
  let out = ''
  let at = 0
  while (at < bytes.length) {
    special.lastIndex = at
    const match = special.exec(bytes)
    const plainEnd = match?.index ?? bytes.length
    if (plainEnd > at) {
      const plain = decodeUtf8Strictly(bytes.slice(at, plainEnd))
      if (plain === undefined) return undefined
      out += plain
      at = plainEnd
      continue
    }
    if (bytes.charCodeAt(at) === 0xc0) {
      if (at + 1 >= bytes.length) return undefined
      out += '\0'
      at += 2
      continue
    }
    wholePair.lastIndex = at
    if (bytes.length - at < 6 || !wholePair.test(bytes)) {
      const rest = bytes.length - at < 6 ? decodeUtf8Strictly(bytes.slice(at)) : undefined
      return rest === undefined ? undefined : out + rest
    }
    out += String.fromCodePoint(cesuPoint(bytes, at))
    at += 6
  }
  return out
}

function cesuPoint(bytes: string, at: number): number {
  const b = (i: number) => bytes.charCodeAt(at + i)
  return ((b(1) & 0x0f) << 16) + ((b(2) & 0x3f) << 10) + ((b(4) & 0x0f) << 6) + (b(5) & 0x3f) + 0x10000
}
