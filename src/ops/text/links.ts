import { builtTable } from '../../util/built-table.js'
import { CharSet, charSets } from './char-set.js'
import { templateWriter } from './python-regex/expand.js'

/*
 * What Data-Juicer takes for a link, found in linear time. Its pattern is: at a word boundary a head, then
 * at least two atoms of which the last may end a link, as many as possible. A head is one of
 *   scheme   a letter, more word characters or hyphens, a colon, then 1–3 slashes or one of a-z0-9%
 *   www      www, up to three digits, a dot
 *   host     a-z0-9.- up to a dot, 2–4 letters and a slash
 * and an atom is a character other than white space and ()<>, or a parenthesis that holds such characters
 * and at most one more level of parentheses. Since atoms follow from the text alone, each head needs one
 * walk; since each head holds a letter, and letters may end a link, walks that fail are short.
 */

const isWord = 1
const isLetter = 2
const isHost = 4
const isAtom = 8
const isLinkEnd = 16
const isDigit = 32

const plainLetters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** `[a-z]` where module regex ignores case: long s, the Kelvin sign and dotted I are in it. */
const letters = `${plainLetters}\u017f\u212a\u0130`
const neverLast = '`!()[]{};:\'".,<>?«»“”‘’'

const flags = builtTable('links', buildFlags)

function buildFlags(): Uint8Array {
  const table = new Uint8Array(0x10000)
  const add = (set: Uint8Array, flag: number) => {
    for (let c = 0; c < 0x10000; c++) if (set[c] === 1) table[c] |= flag
  }
  add(charSets.regexWord().bmp, isWord)
  add(charSets.regexDigit().bmp, isDigit)
  add(CharSet.of(letters).bmp, isLetter)
  add(CharSet.of(`${letters}0123456789.-`).bmp, isHost)
  const space = charSets.regexSpace().bmp
  const brackets = CharSet.of('()<>').bmp
  const last = CharSet.of(neverLast).bmp
  for (let c = 0; c < 0x10000; c++) {
    if (space[c] === 1 || brackets[c] === 1) continue
    table[c] |= last[c] === 1 ? isAtom : isAtom | isLinkEnd
  }
  return table
}

interface Link {
  readonly start: number
  readonly end: number
}

const nowhere: Link = { start: Number.POSITIVE_INFINITY, end: Number.POSITIVE_INFINITY }

/** Replaces links by a Python template, in which `\0` and `\1` stand for the link. */
export function replaceLinks(text: string, template: string): string {
  const scanner = new LinkScanner(text)
  let link = scanner.next(0)
  if (link === nowhere) return text
  const write = templateWriter(template, 1)
  let out = ''
  let from = 0
  while (link !== nowhere) {
    out += text.slice(from, link.start) + write(text.slice(link.start, link.end))
    from = link.end
    link = scanner.next(from)
  }
  return out + text.slice(from)
}

class LinkScanner {
  readonly #flags: Uint8Array
  #scheme: Link | undefined
  #www: Link | undefined
  #host: Link | undefined

  constructor(readonly text: string) {
    this.#flags = flags()
  }

  /** The leftmost link that starts at `from` or later; of heads at one place, in the order of the pattern. */
  next(from: number): Link {
    if (this.#scheme === undefined || this.#scheme.start < from) this.#scheme = this.#findScheme(from)
    if (this.#www === undefined || this.#www.start < from) this.#www = this.#findWww(from)
    if (this.#host === undefined || this.#host.start < from) this.#host = this.#findHost(from)
    const first = this.#www.start < this.#scheme.start ? this.#www : this.#scheme
    return this.#host.start < first.start ? this.#host : first
  }

  #findScheme(from: number): Link {
    const { text } = this
    for (let colon = text.indexOf(':', from + 2); colon >= 0; colon = text.indexOf(':', colon + 1)) {
      const after = text.charCodeAt(colon + 1)
      const slashes = after === 0x2f ? countSlashes(text, colon + 1) : 0
      if (slashes === 0 && !this.#isAfterColon(after)) continue
      const start = this.#schemeStart(from, colon)
      if (start < 0) continue
      let end = -1
      if (slashes === 0) end = this.#body(colon + 2)
      for (let taken = slashes; taken > 0 && end < 0; taken--) end = this.#body(colon + 1 + taken)
      if (end >= 0) return { start, end }
    }
    return nowhere
  }

  #isAfterColon(c: number): boolean {
    return (this.#flags[c] & isLetter) !== 0 || (c >= 0x30 && c <= 0x39) || c === 0x25
  }

  /** The leftmost letter at a word boundary from which nothing but word characters and hyphens, at least one, leads to the colon. */
  #schemeStart(from: number, colon: number): number {
    const { text } = this
    let start = -1
    let at = colon
    for (;;) {
      const width = this.#wordWidthBefore(at)
      const isHyphen = width === 0 && text.charCodeAt(at - 1) === 0x2d
      if (at - 1 < 0 || (width === 0 && !isHyphen)) break
      const previous = at - (width || 1)
      if (previous < from) break
      if (
        previous < colon - 1 &&
        (this.#flags[text.charCodeAt(previous)] & isLetter) !== 0 &&
        this.#wordWidthBefore(previous) === 0
      )
        start = previous
      at = previous
    }
    return start
  }

  /** How many UTF-16 units the word character before `at` takes; 0 where there is none. */
  #wordWidthBefore(at: number): number {
    if (at <= 0) return 0
    const c = this.text.charCodeAt(at - 1)
    if ((this.#flags[c] & isWord) !== 0) return 1
    if ((c & 0xfc00) !== 0xdc00 || at < 2) return 0
    const point = this.text.codePointAt(at - 2)!
    return point > 0xffff && charSets.regexWord().has(point) ? 2 : 0
  }

  #findWww(from: number): Link {
    const { text } = this
    const www = /www/gi
    www.lastIndex = from
    for (let match = www.exec(text); match !== null; match = www.exec(text)) {
      const start = match.index
      www.lastIndex = start + 1
      if (this.#wordWidthBefore(start) > 0) continue
      const dot = this.#skipDigits(start + 3, 3)
      const end = text.charCodeAt(dot) === 0x2e ? this.#body(dot + 1) : -1
      if (end >= 0) return { start, end }
    }
    return nowhere
  }

  #skipDigits(from: number, most: number): number {
    let at = from
    for (let count = 0; count < most; count++) {
      const point = this.text.codePointAt(at)
      if (point === undefined || !charSets.regexDigit().has(point)) break
      at += point > 0xffff ? 2 : 1
    }
    return at
  }

  #findHost(from: number): Link {
    const { text } = this
    for (let slash = text.indexOf('/', from + 4); slash >= 0; slash = text.indexOf('/', slash + 1)) {
      let dot = slash - 1
      while (dot >= from && slash - dot <= 5 && (this.#flags[text.charCodeAt(dot)] & isLetter) !== 0) dot--
      const count = slash - dot - 1
      if (count < 2 || count > 4 || text.charCodeAt(dot) !== 0x2e) continue
      const start = this.#hostStart(from, dot)
      const end = start < 0 ? -1 : this.#body(slash + 1)
      if (end >= 0) return { start, end }
    }
    return nowhere
  }

  /** The leftmost place at a word boundary from which only host characters, at least one, lead to the dot. */
  #hostStart(from: number, dot: number): number {
    let start = -1
    for (let at = dot - 1; at >= from; at--) {
      const flag = this.#flags[this.text.charCodeAt(at)]
      if ((flag & isHost) === 0) break
      if (((flag & isWord) !== 0) !== this.#wordWidthBefore(at) > 0) start = at
    }
    return start
  }

  /** Where the link ends whose head ends at `from`, or -1 where what follows is too little. */
  #body(from: number): number {
    const { text } = this
    let at = from
    let end = -1
    for (let count = 1; at < text.length; count++) {
      const c = text.charCodeAt(at)
      const flag = this.#flags[c]
      if ((flag & isAtom) !== 0) {
        at += (c & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00 ? 2 : 1
        if (count > 1 && (flag & isLinkEnd) !== 0) end = at
      } else if (c === 0x28) {
        const after = this.#parenthesis(at)
        if (after < 0) break
        at = after
        if (count > 1) end = at
      } else break
    }
    return end
  }

  /** Where the parenthesis that opens at `open` is closed, or -1 where it holds what it may not. */
  #parenthesis(open: number): number {
    const { text } = this
    let inner = -1
    for (let at = open + 1; at < text.length; at++) {
      const c = text.charCodeAt(at)
      if ((this.#flags[c] & isAtom) !== 0) continue
      if (c === 0x28 && inner < 0) inner = at
      else if (c === 0x29 && inner < 0) return at + 1
      else if (c === 0x29 && at > inner + 1) inner = -1
      else return -1
    }
    return -1
  }
}

function countSlashes(text: string, from: number): number {
  let count = 1
  while (count < 3 && text.charCodeAt(from + count) === 0x2f) count++
  return count
}
