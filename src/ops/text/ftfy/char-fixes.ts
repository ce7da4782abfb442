import { ligatureParts, ligatures, wide, wideForms } from '../../data/ftfy.js'
import { CharMap } from '../map-chars.js'
import { isWellFormed } from '../python-text.js'
import { fixC1 } from './fix-encoding.js'

export interface CharOptions {
  readonly fixC1Controls: boolean
  readonly fixLatinLigatures: boolean
  readonly fixCharacterWidth: boolean
  readonly uncurlQuotes: boolean
  readonly fixLineBreaks: boolean
  readonly fixSurrogates: boolean
  readonly removeControlChars: boolean
}

/** The fixes that look at one character at a time, the ones before the removal of terminal escapes composed into one map. */
export class CharFixes {
  readonly #options: CharOptions
  readonly #replaced: CharMap
  readonly #removed: CharMap

  constructor(options: CharOptions) {
    this.#options = options
    const replacements: [string, string][] = []
    for (const c of candidates()) {
      const fixed = fixChar(c, options)
      if (fixed !== c) replacements.push([c, fixed])
    }
    const removals = options.removeControlChars ? [...controls()].map(c => [c, ''] as const) : []
    this.#replaced = new CharMap(replacements)
    this.#removed = new CharMap(removals)
  }

  /** Whether a UTF-16 unit is replaced. */
  replaces(c: number): boolean {
    return this.#replaced.has(c)
  }

  /** Whether a UTF-16 unit is removed. */
  removes(c: number): boolean {
    return this.#removed.has(c)
  }

  replace(text: string): string {
    let out = text
    if (this.#options.fixLineBreaks && out.includes('\r')) out = out.replace(/\r\n?/g, '\n')
    out = this.#replaced.apply(out)
    return this.#options.fixSurrogates && !isWellFormed(out) ? out.replace(/\p{Surrogate}/gu, '\ufffd') : out
  }

  remove(text: string): string {
    return this.#removed.apply(text)
  }
}

/** All characters that some fix replaces. */
function candidates(): Set<string> {
  const c1 = Array.from({ length: 0x20 }, (_, i) => String.fromCharCode(0x80 + i))
  return new Set([...c1, ...ligatures, ...wide, ...'\u02bc‘’‚‛“”„‟\u2028\u2029'])
}

/** What the fixes make of one character, one after the other: a ligature's part may be a quote. */
function fixChar(c: string, options: CharOptions): string {
  const each = (text: string, from: string, to: readonly string[]) =>
    text.replace(/[\s\S]/gu, one => (from.includes(one) ? to[[...from].indexOf(one)] : one))
  let out = c
  if (options.fixC1Controls) out = fixC1(out)
  if (options.fixLatinLigatures) out = each(out, ligatures, ligatureParts)
  if (options.fixCharacterWidth) out = each(out, wide, wideForms)
  if (options.uncurlQuotes) out = out.replace(/[\u201c-\u201f]/g, '"').replace(/[\u02bc\u2018-\u201b]/g, "'")
  return options.fixLineBreaks ? out.replace(/[\u2028\u2029\u0085]/g, '\n') : out
}

/** Control characters that have no place in text. */
function* controls(): Generator<string> {
  for (const [first, last] of [
    [0x00, 0x08],
    [0x0b, 0x0b],
    [0x0e, 0x1f],
    [0x7f, 0x7f],
    [0x206a, 0x206f],
    [0xfeff, 0xfeff],
    [0xfff9, 0xfffc],
  ])
    for (let c = first; c <= last; c++) yield String.fromCharCode(c)
}
