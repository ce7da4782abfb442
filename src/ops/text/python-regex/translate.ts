import { escapeBody, literal } from './char-class.js'
import { Cursor } from './cursor.js'
import { type PatternFlags, readLeadingFlags, type Scope, switchFlags } from './flags.js'
import { readClassEscape, readSet } from './read-set.js'

export interface Translation {
  readonly js: string
  readonly jsFlags: string
  readonly groupCount: number
  readonly groupNames: ReadonlyMap<string, number>
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
  readonly #cursor: Cursor
  readonly #module: 're' | 'regex'
  readonly #ignoreCase: boolean
  #atomicCount = 0
  #groupCount = 0
  readonly #groupNames = new Map<string, number>()
  readonly #scope: Scope

  constructor(source: string, flags: PatternFlags) {
    this.#cursor = new Cursor(source)
    this.#module = flags.module
    const { scope, ignoreCase } = readLeadingFlags(this.#cursor, flags)
    this.#scope = scope
    this.#ignoreCase = ignoreCase
  }

  run(): Translation {
    const js = this.#alternatives(this.#scope)
    if (!this.#cursor.isAtEnd) this.#cursor.fail('unbalanced parenthesis')
    return {
      js,
      jsFlags: this.#ignoreCase ? 'iv' : 'v',
      groupCount: this.#groupCount,
      groupNames: this.#groupNames,
    }
  }

  #options(scope: Scope) {
    return { module: this.#module, ascii: scope.ascii, ignoreCase: this.#ignoreCase }
  }

  #alternatives(scope: Scope): string {
    let out = ''
    for (;;) {
      out += this.#sequence(scope)
      if (this.#cursor.current !== '|') return out
      this.#cursor.at++
      out += '|'
    }
  }

  #sequence(scope: Scope): string {
    let out = ''
    for (;;) {
      if (scope.verbose) this.#skipVerbose()
      const c = this.#cursor.current
      if (c === undefined || c === '|' || c === ')') return out
      const item = this.#item(scope)
      if (item === undefined) continue
      if (scope.verbose) this.#skipVerbose()
      out += this.#quantified(item)
    }
  }

  #skipVerbose(): void {
    for (;;) {
      const c = this.#cursor.current
      if (c !== undefined && /\s/.test(c)) this.#cursor.at++
      else if (c === '#') while (!this.#cursor.isAtEnd && this.#cursor.current !== '\n') this.#cursor.at++
      else return
    }
  }

  /** One item without its quantifier; undefined for what matches nothing and cannot be repeated (comments, flags). */
  #item(scope: Scope): string | undefined {
    const c = this.#cursor.current
    if (c === '(') return this.#group(scope)
    if (c === '[') return readSet(this.#cursor, this.#options(scope))
    if (c === '\\') return this.#escape(scope)
    if (c === '*' || c === '+' || c === '?') this.#cursor.fail('nothing to repeat')
    const point = this.#cursor.takePoint()
    if (c === '.') return scope.dotAll ? '[\\s\\S]' : '[^\\n]'
    if (c === '^') return scope.multiline ? '(?:(?<![^\\n]))' : `(?:${notAfterAny})`
    if (c === '$') return scope.multiline ? '(?:(?![^\\n]))' : `(?:(?=\\n?${notBeforeAny}))`
    return literal(point, this.#options(scope))
  }

  #quantified(item: string): string {
    const c = this.#cursor.current
    let quantifier: string | undefined
    if (c === '*' || c === '+' || c === '?') {
      quantifier = c
      this.#cursor.at++
    } else if (c === '{') {
      const match = /^\{(\d*)(,?)(\d*)\}/.exec(this.#cursor.rest(40))
      if (match !== null && (match[1] !== '' || match[3] !== '' || match[2] !== '')) {
        quantifier = match[2] === '' ? `{${match[1]}}` : `{${match[1] || '0'},${match[3]}}`
        if (match[3] !== '' && Number(match[1]) > Number(match[3]))
          this.#cursor.fail('repeat bounds in the wrong order')
        this.#cursor.at += match[0].length
      }
    }
    if (quantifier === undefined) return item
    const next = this.#cursor.current
    let out = `${item}${quantifier}`
    if (next === '?') {
      this.#cursor.at++
      out += '?'
    } else if (next === '+') {
      this.#cursor.at++
      out = this.#atomic(out)
    }
    if (/^[*+?]/.test(this.#cursor.current ?? '')) this.#cursor.fail('multiple repeat')
    return out
  }

  /** A group that never gives back what it matched: a lookahead, then what it captured. */
  #atomic(inner: string): string {
    const name = `a${++this.#atomicCount}`
    return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`
  }

  #group(scope: Scope): string | undefined {
    this.#cursor.at++
    if (!this.#cursor.startsWith('?')) return this.#capture(scope, undefined)
    for (const open of ['?:', '?=', '?!', '?<=', '?<!', '?>']) {
      if (!this.#cursor.startsWith(open)) continue
      this.#cursor.at += open.length
      const inner = this.#closed({ ...scope })
      if (open === '?>') return this.#atomic(inner)
      return open === '?:' ? `(?:${inner})` : `(?:(${open}${inner}))`
    }
    const head = this.#cursor.rest(120)
    const named = /^\?P?<([\p{L}_][\p{L}\p{N}_]*)>/u.exec(head)
    if (named !== null) {
      this.#cursor.at += [...named[0]].length
      return this.#capture(scope, named[1])
    }
    const back = /^\?P=([\p{L}_][\p{L}\p{N}_]*)\)/u.exec(head)
    if (back !== null) {
      this.#cursor.at += [...back[0]].length
      return this.#backReference(this.#groupNames.get(back[1]))
    }
    if (head.startsWith('?#')) {
      const end = this.#cursor.indexOf(')')
      if (end < 0) this.#cursor.fail('a comment without its end')
      this.#cursor.at = end + 1
      return undefined
    }
    return this.#flagGroup(scope, head)
  }

  #flagGroup(scope: Scope, head: string): string | undefined {
    const match = /^\?([aimsux]*)(?:-([imsx]+))?([:)])/.exec(head)
    if (match === null) this.#cursor.fail('this kind of group has no equal here')
    const [all, on, off = '', end] = match
    if (end === ')' && (this.#module === 're' || off !== '')) this.#cursor.fail('global flags not at the start')
    if (off.includes('i') || (on.includes('i') && !this.#ignoreCase))
      this.#cursor.fail('ignoring case in a part of the pattern has no equal here')
    this.#cursor.at += all.length
    const inner = end === ':' ? { ...scope } : scope
    switchFlags(inner, on, true)
    switchFlags(inner, off, false)
    return end === ':' ? `(?:${this.#closed(inner)})` : undefined
  }

  #capture(scope: Scope, name: string | undefined): string {
    const number = ++this.#groupCount
    if (name !== undefined) {
      if (this.#groupNames.has(name)) this.#cursor.fail(`two groups named "${name}"`)
      this.#groupNames.set(name, number)
    }
    return `(?<g${number}>${this.#closed({ ...scope })})`
  }

  #closed(scope: Scope): string {
    const inner = this.#alternatives(scope)
    if (this.#cursor.current !== ')') this.#cursor.fail('a parenthesis without its end')
    this.#cursor.at++
    return inner
  }

  #backReference(number: number | undefined): string {
    if (number === undefined || number > this.#groupCount) this.#cursor.fail('a reference to a group that is not there')
    return `(?:\\k<g${number}>)`
  }

  /** An escape outside a class. */
  #escape(scope: Scope): string {
    const c = this.#cursor.next
    if (c === undefined) this.#cursor.fail('a lone backslash at the end')
    const word = () => escapeBody('w', this.#options(scope))
    if (c === 'A' || c === 'Z') {
      this.#cursor.at += 2
      return `(?:${c === 'A' ? notAfterAny : notBeforeAny})`
    }
    if (c === 'b' || c === 'B') {
      this.#cursor.at += 2
      const w = `[${word()}]`
      return c === 'b' ? `(?:(?<=${w})(?!${w})|(?<!${w})(?=${w}))` : `(?:(?<=${w})(?=${w})|(?<!${w})(?!${w}))`
    }
    const digits = this.#cursor.rest(4).slice(1)
    const number = /^[1-9]\d?/.exec(digits)
    if (number !== null && !/^[1-3][0-7]{2}/.test(digits)) {
      this.#cursor.at += 1 + number[0].length
      return this.#backReference(Number(number[0]))
    }
    const member = readClassEscape(this.#cursor, this.#options(scope))
    return typeof member === 'number' ? literal(member, this.#options(scope)) : `[${member}]`
  }
}
