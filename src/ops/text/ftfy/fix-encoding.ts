import { clues } from '../../data/ftfy.js'
import { CharSet } from '../char-set.js'
import { isBad } from './badness.js'
import {
  decodeUtf8Strictly,
  decodeUtf8Variants,
  encode,
  type SingleByteEncoding,
  singleByteEncodings,
} from './encodings.js'

export interface EncodingOptions {
  readonly restoreByteA0: boolean
  readonly replaceLossySequences: boolean
  readonly decodeInconsistentUtf8: boolean
  readonly fixC1Controls: boolean
}

const isAscii = (text: string) => !/[^\0-\x7f]/.test(text)

/** Undoes the misreading of UTF-8 as a single-byte encoding, as often as it happened. */
export function fixEncoding(text: string, options: EncodingOptions): string {
  for (let current = text; ; ) {
    const next = isAscii(current) || !isBad(current) ? current : fixOnce(current, options)
    if (next === current) return current
    current = next
  }
}

function fixOnce(text: string, options: EncodingOptions): string {
  let latin1: string | undefined
  for (const encoding of singleByteEncodings()) {
    const bytes = encode(text, encoding)
    if (bytes === undefined) continue
    const decoded = decodeBytes(bytes, encoding, options)
    if (decoded !== undefined) return decoded
    if (encoding.name === 'latin-1') latin1 = bytes
  }
  if (options.decodeInconsistentUtf8) {
    const fixed = decodeInconsistent(text, options)
    if (fixed !== text) return fixed
  }
  if (latin1 !== undefined && !/[\x81\x8d\x8f\x90\x9d]/.test(text)) {
    const fixed = fixC1(text)
    if (fixed !== text) return fixed
  }
  return options.fixC1Controls ? fixC1(text) : text
}

/** UTF-8 in which a space stands for byte A0, where what comes of it is likely. */
const alteredUtf8 = new RegExp(
  '[\\xc2\\xc3\\xc5\\xce\\xd0\\xd9][ ]' +
    '|[\\xe2\\xe3][ ][\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf]' +
    '|[\\xe0-\\xe3][\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf][ ]' +
    '|\\xf0[ ][\\x80-\\xbf]{2}|\\xf0[\\x80-\\xbf][ ][\\x80-\\xbf]|\\xf0[\\x80-\\xbf]{2}[ ]',
  'g',
)

/** UTF-8 of which some bytes are lost: byte 1A, or at most once a question mark, stands for them. */
const lossyUtf8 = new RegExp(
  '[\\xc2-\\xdf]\\x1a|[\\xc2\\xc3][?]' +
    '|\\xed[\\xa0-\\xaf][\\x1a?]\\xed[\\xb0-\\xbf][\\x1a?\\x80-\\xbf]' +
    '|\\xed[\\xa0-\\xaf][\\x1a?\\x80-\\xbf]\\xed[\\xb0-\\xbf][\\x1a?]' +
    '|[\\xe0-\\xef][\\x1a?][\\x1a\\x80-\\xbf]|[\\xe0-\\xef][\\x1a\\x80-\\xbf][\\x1a?]' +
    '|[\\xf0-\\xf4][\\x1a?][\\x1a\\x80-\\xbf]{2}' +
    '|[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a?][\\x1a\\x80-\\xbf]' +
    '|[\\xf0-\\xf4][\\x1a\\x80-\\xbf]{2}[\\x1a?]' +
    '|\\x1a',
  'g',
)

function decodeBytes(text: string, encoding: SingleByteEncoding, options: EncodingOptions): string | undefined {
  let bytes = text
  // In MacRoman the bytes that would be restored are a dash before a space.
  if (options.restoreByteA0 && encoding.name !== 'macroman' && bytes.search(alteredUtf8) >= 0)
    bytes = bytes
      .replace(/\xc3 (?! |quele|quela|quilo|s )/g, '\xc3\xa0 ')
      .replace(alteredUtf8, match => match.replaceAll(' ', '\xa0'))
  if (options.replaceLossySequences && encoding.isSloppy) bytes = bytes.replace(lossyUtf8, '\xef\xbf\xbd')
  return /[\xed\xc0]/.test(bytes) ? decodeUtf8Variants(bytes) : decodeUtf8Strictly(bytes)
}

let detector: RegExp | undefined

function utf8Detector(): RegExp {
  detector ??= makeDetector()
  return detector
}

function makeDetector(): RegExp {
  const set = (name: keyof typeof clues) => `[${CharSet.decode(clues[name]).toClassBody()}]`
  const next = set('utf8_continuation')
  return new RegExp(
    `(?<!${set('utf8_continuation_strict')})` +
      `(?:${set('utf8_first_of_2')}${next}|${set('utf8_first_of_3')}${next}{2}|${set('utf8_first_of_4')}${next}{3})+`,
    'gu',
  )
}

/** Fixes stretches that look like misread UTF-8 inside text that is not. */
function decodeInconsistent(text: string, options: EncodingOptions): string {
  return text.replace(utf8Detector(), match =>
    match.length < text.length && isBad(match) ? fixEncoding(match, options) : match,
  )
}

/** What Windows-1252 has in place of the control characters U+0080 to U+009F. */
export function fixC1(text: string): string {
  return text.replace(/[\x80-\x9f]/g, c => windows1252.charAt(c.charCodeAt(0) - 0x80))
}

const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'
