/** What a condition is made of. */
export type Token =
  | { readonly kind: 'name' | 'operator'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'other' | 'end' }

/** A condition that is no Python expression. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError'
  constructor(condition: string, what: string) {
    super(`filter condition ${JSON.stringify(condition)}: ${what}`)
  }
}

const number =
  /(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][+-]?\d(?:_?\d)*)?)([jJ]?)/y
const name = /[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}_\p{Pc}]*/uy
const operator = /\*\*|\/\/|<<|>>|<=|>=|==|!=|->|:=|\.\.\.|[-+*/%@&|^~<>()[\]{},:.]/y
const opening = /([rRbBuUfF]{0,2})('''|"""|'|")/y

/** Cuts a Python expression into tokens. */
export function tokenize(condition: string): Token[] {
  const tokens: Token[] = []
  let depth = 0
  const take = (pattern: RegExp, at: number) => {
    pattern.lastIndex = at
    return pattern.exec(condition)
  }
  for (let at = 0; at < condition.length; ) {
    const c = condition[at]
    if (c === '\n' && depth === 0 && tokens.length > 0 && condition.slice(at).trim() !== '')
      throw new ConditionError(condition, 'more than one line')
    if (/[ \t\f\r\n]/.test(c)) at++
    else if (c === '\\' && condition[at + 1] === '\n') at += 2
    else if (c === '#') while (at < condition.length && condition[at] !== '\n') at++
    else {
      const quoted = take(opening, at)
      const found = quoted === null ? (take(number, at) ?? take(name, at) ?? take(operator, at)) : null
      if (quoted !== null) {
        const { token, end } = readString(condition, at, quoted)
        tokens.push(token)
        at = end
      } else if (found === null) throw new ConditionError(condition, `unexpected ${JSON.stringify(c)}`)
      else {
        const text = found[0]
        tokens.push(tokenOf(condition, text, found[1]))
        if ('([{'.includes(text)) depth++
        if (')]}'.includes(text)) depth--
        at += text.length
      }
    }
  }
  tokens.push({ kind: 'end' })
  return tokens
}

function tokenOf(condition: string, text: string, imaginary: string | undefined): Token {
  if (/^[\d.]/.test(text) && text !== '.' && text !== '...') {
    if (imaginary) return { kind: 'other' }
    if (/^0[0-9_]*[1-9]/.test(text) && !/[.eExXoObB]/.test(text))
      throw new ConditionError(condition, 'a number with a leading zero')
    return { kind: 'number', value: Number(text.replaceAll('_', '')) }
  }
  if (text === '...') return { kind: 'other' }
  return { kind: /^[\p{L}_]/u.test(text) ? 'name' : 'operator', text }
}

function readString(condition: string, at: number, quoted: RegExpExecArray): { token: Token; end: number } {
  const [all, prefix, quote] = quoted
  const isRaw = /r/i.test(prefix)
  let text = ''
  let i = at + all.length
  for (;;) {
    if (i >= condition.length || (quote.length === 1 && condition[i] === '\n'))
      throw new ConditionError(condition, 'a string without its end')
    if (condition.startsWith(quote, i)) break
    if (condition[i] !== '\\') text += condition[i++]
    else if (isRaw) {
      text += condition.slice(i, i + 2)
      i += 2
    } else {
      const escaped = readEscape(condition, i)
      text += escaped.text
      i += escaped.length
    }
  }
  // Bytes and formatted strings parse, but mean nothing to a condition.
  const token: Token = /[bBfF]/.test(prefix) ? { kind: 'other' } : { kind: 'string', value: text }
  return { token, end: i + quote.length }
}

const escapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

function readEscape(condition: string, at: number): { text: string; length: number } {
  const rest = condition.slice(at + 1, at + 10)
  const hex = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest)
  if (hex !== null)
    return { text: String.fromCodePoint(Number.parseInt(hex[1] ?? hex[2] ?? hex[3], 16)), length: hex[0].length + 1 }
  if (/^[xuU]/.test(rest)) throw new ConditionError(condition, 'a broken escape in a string')
  const octal = /^[0-7]{1,3}/.exec(rest)
  if (octal !== null) return { text: String.fromCodePoint(Number.parseInt(octal[0], 8)), length: octal[0].length + 1 }
  return { text: escapes[rest[0]] ?? `\\${rest[0] ?? ''}`, length: 2 }
}
