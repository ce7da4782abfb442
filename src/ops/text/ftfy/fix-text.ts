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

const suspect = 64
const ampersand = 128

/** Repairs broken Unicode the way ftfy 6.3.1 does, line by line, each until nothing changes any more. */
export class TextFixer {
  readonly #options: FixOptions
  readonly #chars: CharFixes
  /** For each UTF-16 unit its kind for the badness heuristic, and whether it asks for a closer look. */
  readonly #flags: Uint8Array

  constructor(options: FixOptions) {
    this.#options = options
    this.#chars = new CharFixes(options)
    this.#flags = badnessTables().kinds.slice()
    const changing = options.normalization === null ? undefined : charSets.nfcSuspect().bmp
    const isCompatible = options.normalization !== 'NFC' && options.normalization !== null
    for (let c = 0; c < 0x10000; c++) {
      const isSurrogate = c >= 0xd800 && c <= 0xdfff
      if (c === 0x26) this.#flags[c] |= ampersand
      else if (this.#chars.changes(c) || c === 0x0d || c === 0x1b || isSurrogate) this.#flags[c] |= suspect
      else if (changing?.[c] === 1 || (isCompatible && c >= 0x80)) this.#flags[c] |= suspect
    }
  }

  fix(text: string): string {
    if (!/[^\t\n -%'-~]/.test(text) || this.#isClean(text, 0, text.length, true)) return text
    let out = ''
    let kept = 0
    let unescapes = this.#options.unescapeHtml !== false
    for (let start = 0, end = 0; start < text.length; start = end) {
      end = pieceEnd(text, start)
      if (unescapes && this.#options.unescapeHtml === 'auto') unescapes = !hasBetween(text, '<', start, end)
      if (this.#isClean(text, start, end, unescapes)) continue
      const piece = text.slice(start, end)
      const fixed = this.#fixPiece(piece, unescapes)
      if (fixed === piece) continue
      out += text.slice(kept, start) + fixed
      kept = end
    }
    return kept === 0 ? text : out + text.slice(kept)
  }

  /** True where no fixer can have anything to do. May err on the other side. */
  #isClean(text: string, start: number, end: number, unescapes: boolean): boolean {
    const flags = this.#flags
    const { pairs } = badnessTables()
    let previous = 0
    for (let i = start; i < end; i++) {
      const flag = flags[text.charCodeAt(i)]
      if (flag >= suspect) {
        if (flag < ampersand ? !this.#isPlainPair(text, i) : unescapes) return false
        // The second half of the pair has been looked at.
        if (flag < ampersand) i++
      }
      const kind = flag & (kindCount - 1)
      if (pairs[previous * kindCount + kind] !== 0) return false
      previous = kind
    }
    return true
  }

  /** True for a character beyond the basic plane that normalisation leaves alone. */
  #isPlainPair(text: string, at: number): boolean {
    const point = text.codePointAt(at)!
    if (point <= 0xffff) return false
    const form = this.#options.normalization
    return form === null || (form === 'NFC' && !charSets.nfcSuspect().has(point))
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

function pieceEnd(text: string, start: number): number {
  const feed = text.indexOf('\n', start)
  const end = feed < 0 ? text.length : feed + 1
  if (end - start <= longestPiece) return end
  let at = start
  for (let count = 0; count < longestPiece && at < end; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}

function hasBetween(text: string, what: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (text.charCodeAt(i) === what.charCodeAt(0)) return true
  return false
}

let terminalEscape: RegExp | undefined

/** Removes sequences that colour text on terminals. */
function removeTerminalEscapes(text: string): string {
  if (!text.includes('\x1b')) return text
  terminalEscape ??= new RegExp(`\\x1b\\[[;${charSets.reDigit().toClassBody()}]*[a-zA-Z]`, 'gu')
  return text.replace(terminalEscape, '')
}
