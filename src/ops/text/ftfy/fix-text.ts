import { readUnits } from '../../../util/utf16.js'
import { charSets } from '../char-set.js'
import { badnessTables, kindCount } from './badness.js'
import { CharFixes, type CharOptions } from './char-fixes.js'
import { type EncodingOptions, fixEncoding } from './fix-encoding.js'
import { unescapeHtml } from './html-entities.js'
import { type NormalForm, normalize } from './normalize.js'

export interface FixOptions extends EncodingOptions, CharOptions {
  /** `auto`: until the first line that holds a `<`. */
  readonly unescapeHtml: 'auto' | boolean
  readonly fixEncoding: boolean
  readonly removeTerminalEscapes: boolean
  readonly normalization: NormalForm | null
}

/** All of ftfy's fixers, as `fix_text` applies them by default. */
export const defaultFixes: FixOptions = {
  unescapeHtml: 'auto',
  removeTerminalEscapes: true,
  fixEncoding: true,
  restoreByteA0: true,
  replaceLossySequences: true,
  decodeInconsistentUtf8: true,
  fixC1Controls: true,
  fixLatinLigatures: true,
  fixCharacterWidth: true,
  uncurlQuotes: true,
  fixLineBreaks: true,
  fixSurrogates: true,
  removeControlChars: true,
  normalization: 'NFC',
}

/** Longest piece that is fixed as one, in code points; lines are pieces anyway. */
const longestPiece = 1_000_000

/** What a piece of text needs, as bits. */
const needs = { mapping: 1, normalizing: 2, all: 4 } as const

/** Flag of a UTF-16 unit that asks for a look at what it needs; the bits below are its kind for the badness heuristic. */
const suspect = 64

/** Repairs broken Unicode the way ftfy 6.3.1 does, line by line, each until nothing changes any more. */
export class TextFixer {
  readonly #options: FixOptions
  readonly #chars: CharFixes
  readonly #flags: Uint8Array
  readonly #needs = new Uint8Array(0x10000)

  constructor(options: FixOptions) {
    this.#options = options
    this.#chars = new CharFixes(options)
    this.#flags = badnessTables().kinds.slice()
    const changing = options.normalization === null ? undefined : charSets.nfcSuspect().bmp
    const isOtherForm = options.normalization !== 'NFC' && options.normalization !== null
    for (let c = 0; c < 0x10000; c++) {
      const isSurrogate = c >= 0xd800 && c <= 0xdfff
      if (c === 0x26 || c === 0x0d || c === 0x1b || isSurrogate || this.#chars.removes(c)) this.#needs[c] = needs.all
      if (this.#chars.replaces(c)) this.#needs[c] |= needs.mapping
      if (changing?.[c] === 1 || (isOtherForm && c >= 0x80)) this.#needs[c] |= needs.normalizing
      if (this.#needs[c] !== 0) this.#flags[c] |= suspect
    }
  }

  fix(text: string): string {
    if (!/[^\t\n -%'-~]/.test(text)) return text
    const found = this.#needsOf(text, this.#options.unescapeHtml !== false)
    if (found === 0) return text
    if ((found & needs.all) === 0 && text.length <= longestPiece) {
      const fixed = this.#fixSimply(text, found)
      if (fixed !== undefined) return fixed
    }
    return this.#fixPieces(text)
  }

  /** Replaces and normalises only; undefined where what comes of it needs more. */
  #fixSimply(text: string, found: number): string | undefined {
    const mapped = (found & needs.mapping) === 0 ? text : this.#chars.replace(text)
    const left = mapped === text ? needs.normalizing : this.#needsOf(mapped, true)
    if (left === 0) return mapped
    if (left !== needs.normalizing) return undefined
    const form = this.#options.normalization
    const normal = form === null ? mapped : normalize(mapped, form)
    return (this.#needsOf(normal, true) & ~needs.normalizing) === 0 ? normal : undefined
  }

  #fixPieces(text: string): string {
    let out = ''
    let kept = 0
    let unescapes = this.#options.unescapeHtml !== false
    for (let start = 0, end = 0; start < text.length; start = end) {
      end = pieceEnd(text, start)
      const piece = text.slice(start, end)
      if (unescapes && this.#options.unescapeHtml === 'auto') unescapes = !piece.includes('<')
      const found = this.#needsOf(piece, unescapes)
      if (found === 0) continue
      const fixed =
        ((found & needs.all) === 0 ? this.#fixSimply(piece, found) : undefined) ?? this.#fixPiece(piece, unescapes)
      if (fixed === piece) continue
      out += text.slice(kept, start) + fixed
      kept = end
    }
    return kept === 0 ? text : out + text.slice(kept)
  }

  /** What the fixers may have to do, at least: 0 only where none has anything to do. */
  #needsOf(text: string, unescapes: boolean): number {
    const flags = this.#flags
    const { pairs } = badnessTables()
    const units = readUnits(text)
    const { length } = text
    let found = 0
    let previous = 0
    for (let i = 0; i < length; i++) {
      const flag = flags[units[i]]
      const kind = flag & (kindCount - 1)
      if (pairs[previous * kindCount + kind] !== 0) return needs.all
      previous = kind
      if (flag < suspect) continue
      const c = units[i]
      if ((c & 0xfc00) === 0xd800 && i + 1 < length && (units[i + 1] & 0xfc00) === 0xdc00) {
        found |= this.#pairNeeds(0x10000 + ((c & 0x3ff) << 10) + (units[++i] & 0x3ff))
      } else if (c !== 0x26 || (unescapes && mayBeEntity(units, i + 1, length))) found |= this.#needs[c]
      if (found >= needs.all) return needs.all
    }
    return found
  }

  /** A character beyond the basic plane can only need normalising. */
  #pairNeeds(point: number): number {
    const form = this.#options.normalization
    const isLeftAlone = form === null || (form === 'NFC' && !charSets.nfcSuspect().has(point))
    return isLeftAlone ? 0 : needs.normalizing
  }

  #fixPiece(piece: string, unescapes: boolean): string {
    const options = this.#options
    for (let text = piece; ; ) {
      const before = text
      if (unescapes) text = unescapeHtml(text)
      if (options.fixEncoding) text = fixEncoding(text, options)
      text = this.#chars.replace(text)
      if (options.removeTerminalEscapes) text = removeTerminalEscapes(text)
      text = this.#chars.remove(text)
      if (options.normalization !== null) text = normalize(text, options.normalization)
      if (text === before) return text
    }
  }
}

/** Whether up to 24 letters and digits and then a semicolon follow an ampersand. */
function mayBeEntity(units: Uint16Array, from: number, length: number): boolean {
  for (let i = from; i < length && i < from + 26; i++) {
    const c = units[i]
    if (c === 0x3b) return i > from
    const isLetter = (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a)
    const isDigit = c >= 0x30 && c <= 0x39
    if (!isLetter && !isDigit && c !== 0x23) return false
  }
  return false
}

function pieceEnd(text: string, start: number): number {
  const feed = text.indexOf('\n', start)
  const end = feed < 0 ? text.length : feed + 1
  if (end - start <= longestPiece) return end
  let at = start
  for (let count = 0; count < longestPiece && at < end; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}

let terminalEscape: RegExp | undefined

/** Removes sequences that colour text on terminals. */
function removeTerminalEscapes(text: string): string {
  if (!text.includes('\x1b')) return text
  terminalEscape ??= new RegExp(`\\x1b\\[[;${charSets.reDigit().toClassBody()}]*[a-zA-Z]`, 'gu')
  return text.replace(terminalEscape, '')
}
