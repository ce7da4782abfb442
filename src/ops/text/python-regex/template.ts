import { PatternError } from './pattern-error.js'

/** A piece of a replacement: literal text, or what a group matched. */
export type TemplatePart = string | { readonly group: number | string }

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
}

/**
 * Parses a replacement of Python's `sub`: `\1`, `\g<1>`, `\g<name>`, `\n` and its like, octal escapes; a
 * backslash before anything but a letter or digit stands for itself.
 *
 * @throws {PatternError} for an escape that Python refuses
 */
export function parseTemplate(template: string, module: 're' | 'regex'): TemplatePart[] {
  const parts: TemplatePart[] = []
  let literal = ''
  const push = (part: TemplatePart) => {
    if (literal !== '') parts.push(literal)
    literal = ''
    parts.push(part)
  }
  let at = 0
  while (at < template.length) {
    const slash = template.indexOf('\\', at)
    if (slash < 0) break
    literal += template.slice(at, slash)
    const rest = template.slice(slash + 1)
    const c = rest[0]
    if (c === undefined) throw new PatternError(template, slash, 'a lone backslash at the end')
    const named = /^g<([^>]+)>/.exec(rest)
    const octal = /^(?:0[0-7]{0,2}|[1-3][0-7]{2})/.exec(rest)
    const numbered = /^[1-9]\d?/.exec(rest)
    const hex = module === 'regex' ? /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest) : null
    let length = 1
    if (named !== null) {
      push({ group: /^\d+$/.test(named[1]) ? Number(named[1]) : named[1] })
      length = named[0].length
    } else if (octal !== null) {
      literal += String.fromCodePoint(Number.parseInt(octal[0], 8))
      length = octal[0].length
    } else if (numbered !== null) {
      push({ group: Number(numbered[0]) })
      length = numbered[0].length
    } else if (hex !== null) {
      literal += String.fromCodePoint(Number.parseInt(hex[1] ?? hex[2] ?? hex[3], 16))
      length = hex[0].length
    } else if (Object.hasOwn(simpleEscapes, c)) literal += simpleEscapes[c]
    else if (/[A-Za-z0-9]/.test(c)) throw new PatternError(template, slash, `bad escape \\${c}`)
    else literal += `\\${c}`
    at = slash + 1 + length
  }
  literal += template.slice(at)
  if (literal !== '') parts.push(literal)
  return parts
}
