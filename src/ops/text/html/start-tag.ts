import { charSets } from '../char-set.js'
import { decodeAttribute } from './entities.js'
import type { TextScanner } from './text-scanner.js'

/** A start tag, or what begins like one and counts as text. */
export type StartTag =
  | {
      readonly kind: 'tag'
      readonly name: string
      /** Of a name that occurs twice the last counts, in the place of the first. */
      readonly attributes: readonly (readonly [string, string])[]
      readonly closesItself: boolean
      readonly end: number
    }
  | { readonly kind: 'text'; readonly end: number }

interface Attribute {
  readonly name: string
  /** With the quotes around it; undefined where there is no equals sign. */
  readonly value: string | undefined
  /** Behind the blanks and slashes that follow. */
  readonly end: number
}

const noValues: readonly never[] = []

/** What ends the name of a tag. */
export const tagNameEnd = /[\t\n\r\f />\0]/g

/**
 * Reads start tags as Python's html.parser does: whatever stands between the name and a `>` outside of quotes is
 * taken for attributes. A tag without such an end makes the next one be tried from within it, so what such
 * tries have in common is read once.
 */
export class StartTagReader {
  readonly #text: string
  /** Where the name of the last tag without an end ended; tags that start within it have none either. */
  #failedNameEnd = -1
  /** Places where an attribute starts behind which no tag ends. */
  #failedAttributes: Uint8Array | undefined

  constructor(readonly scanner: TextScanner) {
    this.#text = scanner.text
  }

  /** The tag that starts with the `<` and the letter at `at`; undefined where it does not end. */
  read(at: number): StartTag | undefined {
    if (at < this.#failedNameEnd) return undefined
    const afterName = this.scanner.search(tagNameEnd, at + 1)?.start ?? this.#text.length
    const attributes: Attribute[] = []
    const starts: number[] = []
    let next = this.#skipBlanks(afterName, true)
    for (;;) {
      if (this.#failedAttributes?.[next] === 1) return this.#fail(afterName, starts)
      const attribute = this.#readAttribute(next)
      if (attribute === undefined) break
      starts.push(next)
      attributes.push(attribute)
      next = attribute.end
    }
    const c = this.#text[next]
    if (c === '>' || this.#text.startsWith('/>', next)) {
      const end = next + (c === '>' ? 1 : 2)
      const closesItself = c === '/' || (attributes.length === 0 && this.#text[next - 1] === '/')
      const name = this.#text.slice(at + 1, afterName).toLowerCase()
      return { kind: 'tag', name, attributes: valuesOf(attributes), closesItself, end }
    }
    if (c === undefined || /[a-zA-Z=/]/.test(c)) return this.#fail(afterName, starts)
    return { kind: 'text', end: next }
  }

  #fail(afterName: number, starts: readonly number[]): undefined {
    this.#failedNameEnd = afterName
    this.#failedAttributes ??= new Uint8Array(this.#text.length + 1)
    for (const start of starts) this.#failedAttributes[start] = 1
  }

  /** The attribute at `at`, which needs a blank, a slash or a quote before it. */
  #readAttribute(at: number): Attribute | undefined {
    const c = this.#text[at]
    if (c === undefined || c === '>' || c === '/' || isBlank(c)) return undefined
    const before = this.#text[at - 1]
    if (before !== '"' && before !== "'" && before !== '/' && !isBlank(before)) return undefined
    const end = this.scanner.skipWhile(isNameChar, at + 1)
    const name = this.#text.slice(at, end)
    const value = this.#readValue(end)
    return {
      name,
      value: value && this.#text.slice(value.start, value.end),
      end: this.#skipBlanks(value?.end ?? end, false),
    }
  }

  /** The value behind equals signs. A quote that is not closed quotes nothing, and needs something before it to be a value. */
  #readValue(from: number): { readonly start: number; readonly end: number } | undefined {
    const sign = this.scanner.skipWhile(isBlank, from)
    const afterSigns = this.scanner.skipWhile(isEqualsSign, sign)
    if (afterSigns === sign) return undefined
    const start = this.scanner.skipWhile(isBlank, afterSigns)
    const quote = this.#text[start]
    if (quote !== '"' && quote !== "'") return { start, end: this.scanner.skipWhile(isBare, start) }
    const close = this.scanner.indexOf(quote, start + 1)
    if (close >= 0) return { start, end: close + 1 }
    if (start > afterSigns) return { start: start - 1, end: start - 1 }
    return afterSigns - sign > 1
      ? { start: afterSigns - 1, end: this.scanner.skipWhile(isBare, afterSigns - 1) }
      : undefined
  }

  /** Skips blanks and slashes, those before a `>` only where `takesLast` says so. */
  #skipBlanks(from: number, takesLast: boolean): number {
    let at = from
    while (at < this.#text.length) {
      const c = this.#text[at]
      if (!isBlank(c) && (c !== '/' || (!takesLast && this.#text[at + 1] === '>'))) break
      at++
    }
    return at
  }
}

function isBlank(c: string): boolean {
  return charSets.reSpace().bmp[c.charCodeAt(0)] === 1
}

function isEqualsSign(c: string): boolean {
  return c === '='
}

function isNameChar(c: string): boolean {
  return c !== '/' && c !== '=' && c !== '>' && !isBlank(c)
}

function isBare(c: string): boolean {
  return c !== '>' && !isBlank(c)
}

function valuesOf(attributes: readonly Attribute[]): readonly (readonly [string, string])[] {
  if (attributes.length === 0) return noValues
  const values = new Map<string, string>()
  for (const { name, value = '' } of attributes)
    values.set(name.toLowerCase(), decodeAttribute(/^['"]/.test(value) ? value.slice(1, -1) : value))
  return [...values]
}
