import { type ClassOptions, escapeBody, posixBody, propertyBody, range } from './char-class.js'
import type { Cursor } from './cursor.js'

/** An escape that also stands inside classes: a code point, or the inside of a class. */
export function readClassEscape(cursor: Cursor, options: ClassOptions): number | string {
  const c = cursor.next
  if (c === undefined) cursor.fail('a lone backslash at the end')
  const rest = cursor.rest(80).slice(1)
  if (/[dsw]/.test(c)) {
    cursor.at += 2
    return escapeBody(c as 'd' | 's' | 'w', options)
  }
  if (/[DSW]/.test(c)) {
    cursor.at += 2
    return complement(escapeBody(c.toLowerCase() as 'd' | 's' | 'w', options))
  }
  const property = options.module === 'regex' ? /^([pP])(?:\{(\^?)([^}]+)\}|([A-Z]))/.exec(rest) : null
  if (property !== null) {
    const body = propertyBody(property[3] ?? property[4], options)
    if (body === undefined) cursor.fail(`property "${property[3] ?? property[4]}" has no equal here`)
    cursor.at += 1 + property[0].length
    return (property[1] === 'P') !== (property[2] === '^') ? complement(body) : body
  }
  const hex = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest)
  if (hex !== null) {
    cursor.at += 1 + hex[0].length
    return Number.parseInt(hex[1] ?? hex[2] ?? hex[3], 16)
  }
  const octal = /^(?:0[0-7]{0,2}|[1-3][0-7]{2})/.exec(rest)
  if (octal !== null) {
    cursor.at += 1 + octal[0].length
    return Number.parseInt(octal[0], 8)
  }
  const simple = 'abfnrtv'.indexOf(c)
  if (simple < 0 && /[A-Za-z0-9]/.test(c)) cursor.fail(`escape \\${c} has no equal here`)
  cursor.at += 2
  return simple < 0 ? c.codePointAt(0)! : [7, 8, 12, 10, 13, 9, 11][simple]
}

export function readSet(cursor: Cursor, options: ClassOptions): string {
  cursor.at++
  const negated = cursor.current === '^'
  if (negated) cursor.at++
  let body = ''
  for (let first = true; ; first = false) {
    const c = cursor.current
    if (c === undefined) cursor.fail('a character set without its end')
    if (c === ']' && !first) break
    body += readMember(cursor, options)
  }
  cursor.at++
  return `[${negated ? '^' : ''}${body}]`
}

function readMember(cursor: Cursor, options: ClassOptions): string {
  const posix = options.module === 'regex' ? /^\[:(\^?)(\w+):\]/.exec(cursor.rest(20)) : null
  if (posix !== null) {
    const body = posixBody(posix[2], options)
    if (body === undefined) cursor.fail(`class [:${posix[2]}:] has no equal here`)
    cursor.at += posix[0].length
    return posix[1] === '^' ? complement(body) : body
  }
  const from = readPoint(cursor, options)
  if (typeof from === 'string') return from
  const next = cursor.next
  if (cursor.current !== '-' || next === undefined || next === ']') return range(from, from, options)
  cursor.at++
  const to = readPoint(cursor, options)
  if (typeof to === 'string' || to < from) cursor.fail('a bad range of characters')
  return range(from, to, options)
}

function readPoint(cursor: Cursor, options: ClassOptions): number | string {
  return cursor.current === '\\' ? readClassEscape(cursor, options) : cursor.takePoint()
}

/** The inside of a class for all that another class leaves out. */
function complement(body: string): string {
  return `[^${body}]`
}
