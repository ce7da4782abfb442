import { escapeBody, literal, posixBody, propertyBody, range } from './char-class.js'
import { PatternError } from './pattern-error.js'

export interface PatternFlags {
  /** Whose rules hold: Python's own `re`, or the `regex` package. */
  readonly module: 're' | 'regex'
  readonly dotAll?: boolean
  readonly ignoreCase?: boolean
  readonly multiline?: boolean
}

export interface Translation {
  readonly js: string
  readonly jsFlags: string
  readonly groupCount: number
  readonly groupNames: ReadonlyMap<string, number>
}

/** Flags that hold at a place of the pattern. */
interface Scope {
  dotAll: boolean
  multiline: boolean
  verbose: boolean
  ascii: boolean
}

/**
 * Writes a Python pattern as a JavaScript one of the same meaning.
 *
 * @throws {PatternError} where Python would refuse it, or JavaScript has no equal
 */
export function translate(source: string, flags: PatternFlags): Translation {
  return new Translator(source, flags).run()
}

const notAfterAny = '(?<![\\s\\S])'
const notBeforeAny = '(?![\\s\\S])'

class Translator {
  readonly #points: readonly string[]
  readonly #module: 're' | 'regex'
  #at = 0
  #ignoreCase: boolean
  #atomicCount = 0
  #groupCount = 0
  readonly #groupNames = new Map<string, number>()
  readonly #scope: Scope

  constructor(
    readonly source: string,
    flags: PatternFlags,
  ) {
    this.#points = [...source]
    this.#module = flags.module
    this.#ignoreCase = flags.ignoreCase === true
    this.#scope = {
      dotAll: flags.dotAll === true,
      multiline: flags.multiline === true,
      verbose: false,
      ascii: false,
    }
  }

  run(): Translation {
    this.#readLeadingFlags()
    const js = this.#alternatives(this.#scope)
    if (this.#at < this.#points.length) this.#fail('unbalanced parenthesis')
    return {
      js,
      jsFlags: this.#ignoreCase ? 'iv' : 'v',
      groupCount: this.#groupCount,
      groupNames: this.#groupNames,
    }
  }

  /** Flags such as `(?i)` hold for the whole pattern, so they are read before anything is translated. */
  #readLeadingFlags(): void {
    for (;;) {
      const match = /^\(\?([aiLmsuxVfw01]+)\)/.exec(this.#points.slice(this.#at).join(''))
      if (match === null) break
      this.#applyGlobalFlags(match[1])
      this.#at += match[0].length
    }
    if (this.#module === 'regex') {
      const later = /\(\?([a-zA-Z]*i[a-zA-Z]*)\)/.exec(this.source)
      if (later !== null) this.#ignoreCase = true
    }
  }

  #applyGlobalFlags(letters: string): void {
    for (const letter of letters) {
      if (letter === 'i') this.#ignoreCase = true
      else if (letter === 'm') this.#scope.multiline = true
      else if (letter === 's') this.#scope.dotAll = true
      else if (letter === 'x') this.#scope.verbose = true
      else if (letter === 'a') this.#scope.ascii = true
      else if (letter !== 'u') this.#fail(`flag "${letter}" has no equal here`)
    }
  }

  #fail(what: string): never {
    throw new PatternError(this.source, this.#at, what)
  }

  #options(scope: Scope) {
    return { module: this.#module, ascii: scope.ascii, ignoreCase: this.#ignoreCase }
  }

  #startsWith(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#points[this.#at + i] !== text[i]) return false
    return true
  }

  #alternatives(scope: Scope): string {
    let out = ''
    for (;;) {
      out += this.#sequence(scope)
      if (this.#points[this.#at] !== '|') return out
      this.#at++
      out += '|'
    }
  }

  #sequence(scope: Scope): string {
    let out = ''
    for (;;) {
      if (scope.verbose) this.#skipVerbose()
      const c = this.#points[this.#at]
      if (c === undefined || c === '|' || c === ')') return out
      const item = this.#item(scope)
      if (item === undefined) continue
      if (scope.verbose) this.#skipVerbose()
      out += this.#quantified(item)
    }
  }

  #skipVerbose(): void {
    for (;;) {
      const c = this.#points[this.#at]
      if (c !== undefined && /\s/.test(c)) this.#at++
      else if (c === '#') while (this.#at < this.#points.length && this.#points[this.#at] !== '\n') this.#at++
      else return
    }
  }

  /** One item without its quantifier; undefined for what matches nothing and cannot be repeated (comments, flags). */
  #item(scope: Scope): string | undefined {
    const c = this.#points[this.#at]
    if (c === '(') return this.#group(scope)
    if (c === '[') return this.#set(scope)
    if (c === '\\') return this.#escape(scope)
    if (c === '*' || c === '+' || c === '?') this.#fail('nothing to repeat')
    this.#at++
    if (c === '.') return scope.dotAll ? '[\\s\\S]' : '[^\\n]'
    if (c === '^') return scope.multiline ? '(?:(?<![^\\n]))' : `(?:${notAfterAny})`
    if (c === '$') return scope.multiline ? '(?:(?![^\\n]))' : `(?:(?=\\n?${notBeforeAny}))`
    return literal(c.codePointAt(0)!, this.#options(scope))
  }

  #quantified(item: string): string {
    const c = this.#points[this.#at]
    let quantifier: string | undefined
    if (c === '*' || c === '+' || c === '?') {
      quantifier = c
      this.#at++
    } else if (c === '{') {
      const match = /^\{(\d*)(,?)(\d*)\}/.exec(this.#points.slice(this.#at, this.#at + 40).join(''))
      if (match !== null && (match[1] !== '' || match[3] !== '' || match[2] !== '')) {
        quantifier = match[2] === '' ? `{${match[1]}}` : `{${match[1] || '0'},${match[3]}}`
        if (match[3] !== '' && Number(match[1]) > Number(match[3])) this.#fail('repeat bounds in the wrong order')
        this.#at += match[0].length
      }
    }
    if (quantifier === undefined) return item
    const next = this.#points[this.#at]
    let out = `${item}${quantifier}`
    if (next === '?') {
      this.#at++
      out += '?'
    } else if (next === '+') {
      this.#at++
      out = this.#atomic(out)
    }
    if (/^[*+?]/.test(this.#points[this.#at] ?? '')) this.#fail('multiple repeat')
    return out
  }

  /** A group that never gives back what it matched: a lookahead, then what it captured. */
  #atomic(inner: string): string {
    const name = `a${++this.#atomicCount}`
    return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`
  }

  #group(scope: Scope): string | undefined {
    this.#at++
    if (!this.#startsWith('?')) return this.#capture(scope, undefined)
    for (const open of ['?:', '?=', '?!', '?<=', '?<!', '?>']) {
      if (!this.#startsWith(open)) continue
      this.#at += open.length
      const inner = this.#closed({ ...scope })
      if (open === '?>') return this.#atomic(inner)
      return open === '?:' ? `(?:${inner})` : `(?:(${open}${inner}))`
    }
    const head = this.#points.slice(this.#at, this.#at + 120).join('')
    const named = /^\?P?<([\p{L}_][\p{L}\p{N}_]*)>/u.exec(head)
    if (named !== null) {
      this.#at += [...named[0]].length
      return this.#capture(scope, named[1])
    }
    const back = /^\?P=([\p{L}_][\p{L}\p{N}_]*)\)/u.exec(head)
    if (back !== null) {
      this.#at += [...back[0]].length
      return this.#backReference(this.#groupNames.get(back[1]))
    }
    if (head.startsWith('?#')) {
      const end = this.#points.indexOf(')', this.#at)
      if (end < 0) this.#fail('a comment without its end')
      this.#at = end + 1
      return undefined
    }
    return this.#flagGroup(scope, head)
  }

  #flagGroup(scope: Scope, head: string): string | undefined {
    const match = /^\?([aimsux]*)(?:-([imsx]+))?([:)])/.exec(head)
    if (match === null) this.#fail('this kind of group has no equal here')
    const [all, on, off = '', end] = match
    if (end === ')' && (this.#module === 're' || off !== '')) this.#fail('global flags not at the start')
    if (off.includes('i') || (on.includes('i') && !this.#ignoreCase))
      this.#fail('ignoring case in a part of the pattern has no equal here')
    this.#at += all.length
    const inner = end === ':' ? { ...scope } : scope
    for (const [letters, value] of [
      [on, true],
      [off, false],
    ] as const) {
      if (letters.includes('m')) inner.multiline = value
      if (letters.includes('s')) inner.dotAll = value
      if (letters.includes('x')) inner.verbose = value
      if (letters.includes('a')) inner.ascii = value
    }
    return end === ':' ? `(?:${this.#closed(inner)})` : undefined
  }

  #capture(scope: Scope, name: string | undefined): string {
    const number = ++this.#groupCount
    if (name !== undefined) {
      if (this.#groupNames.has(name)) this.#fail(`two groups named "${name}"`)
      this.#groupNames.set(name, number)
    }
    return `(?<g${number}>${this.#closed({ ...scope })})`
  }

  #closed(scope: Scope): string {
    const inner = this.#alternatives(scope)
    if (this.#points[this.#at] !== ')') this.#fail('a parenthesis without its end')
    this.#at++
    return inner
  }

  #backReference(number: number | undefined): string {
    if (number === undefined || number > this.#groupCount) this.#fail('a reference to a group that is not there')
    return `(?:\\k<g${number}>)`
  }

  /** An escape outside a class. */
  #escape(scope: Scope): string {
    const c = this.#points[this.#at + 1]
    if (c === undefined) this.#fail('a lone backslash at the end')
    const word = () => escapeBody('w', this.#options(scope))
    if (c === 'A' || c === 'Z') {
      this.#at += 2
      return `(?:${c === 'A' ? notAfterAny : notBeforeAny})`
    }
    if (c === 'b' || c === 'B') {
      this.#at += 2
      const w = `[${word()}]`
      return c === 'b' ? `(?:(?<=${w})(?!${w})|(?<!${w})(?=${w}))` : `(?:(?<=${w})(?=${w})|(?<!${w})(?!${w}))`
    }
    const digits = this.#points.slice(this.#at + 1, this.#at + 4).join('')
    const number = /^[1-9]\d?/.exec(digits)
    if (number !== null && !/^[1-3][0-7]{2}/.test(digits)) {
      this.#at += 1 + number[0].length
      return this.#backReference(Number(number[0]))
    }
    const member = this.#classEscape(scope)
    return typeof member === 'number' ? literal(member, this.#options(scope)) : `[${member}]`
  }

  /** An escape that also stands inside classes: a code point, or the inside of a class. */
  #classEscape(scope: Scope): number | string {
    const c = this.#points[this.#at + 1]
    if (c === undefined) this.#fail('a lone backslash at the end')
    const rest = this.#points.slice(this.#at + 1, this.#at + 80).join('')
    if (/[dsw]/.test(c)) {
      this.#at += 2
      return escapeBody(c as 'd' | 's' | 'w', this.#options(scope))
    }
    if (/[DSW]/.test(c)) {
      this.#at += 2
      return complement(escapeBody(c.toLowerCase() as 'd' | 's' | 'w', this.#options(scope)))
    }
    const property = this.#module === 'regex' ? /^([pP])(?:\{(\^?)([^}]+)\}|([A-Z]))/.exec(rest) : null
    if (property !== null) {
      const body = propertyBody(property[3] ?? property[4], this.#options(scope))
      if (body === undefined) this.#fail(`property "${property[3] ?? property[4]}" has no equal here`)
      this.#at += 1 + property[0].length
      return (property[1] === 'P') !== (property[2] === '^') ? complement(body) : body
    }
    const hex = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest)
    if (hex !== null) {
      this.#at += 1 + hex[0].length
      return Number.parseInt(hex[1] ?? hex[2] ?? hex[3], 16)
    }
    const octal = /^(?:0[0-7]{0,2}|[1-3][0-7]{2})/.exec(rest)
    if (octal !== null) {
      this.#at += 1 + octal[0].length
      return Number.parseInt(octal[0], 8)
    }
    const simple = 'abfnrtv'.indexOf(c)
    if (simple < 0 && /[A-Za-z0-9]/.test(c)) this.#fail(`escape \\${c} has no equal here`)
    this.#at += 2
    return simple < 0 ? c.codePointAt(0)! : [7, 8, 12, 10, 13, 9, 11][simple]
  }

  #set(scope: Scope): string {
    this.#at++
    const negated = this.#points[this.#at] === '^'
    if (negated) this.#at++
    let body = ''
    for (let first = true; ; first = false) {
      const c = this.#points[this.#at]
      if (c === undefined) this.#fail('a character set without its end')
      if (c === ']' && !first) break
      body += this.#setMember(scope)
    }
    this.#at++
    return `[${negated ? '^' : ''}${body}]`
  }

  #setMember(scope: Scope): string {
    const posix =
      this.#module === 'regex' ? /^\[:(\^?)(\w+):\]/.exec(this.#points.slice(this.#at, this.#at + 20).join('')) : null
    if (posix !== null) {
      const body = posixBody(posix[2], this.#options(scope))
      if (body === undefined) this.#fail(`class [:${posix[2]}:] has no equal here`)
      this.#at += posix[0].length
      return posix[1] === '^' ? complement(body) : body
    }
    const from = this.#setPoint(scope)
    if (typeof from === 'string') return from
    const next = this.#points[this.#at + 1]
    if (this.#points[this.#at] !== '-' || next === undefined || next === ']')
      return range(from, from, this.#options(scope))
    this.#at++
    const to = this.#setPoint(scope)
    if (typeof to === 'string' || to < from) this.#fail('a bad range of characters')
    return range(from, to, this.#options(scope))
  }

  #setPoint(scope: Scope): number | string {
    const c = this.#points[this.#at]
    if (c === '\\') return this.#classEscape(scope)
    this.#at++
    return c.codePointAt(0)!
  }
}

/** The inside of a class for all that another class leaves out. */
function complement(body: string): string {
  return `[^${body}]`
}
