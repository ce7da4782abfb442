import { charSets } from '../char-set.js'
import { templateWriter } from '../python-regex/expand.js'

const isLetter = (c: number) => (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a)
const isDigit = (c: number) => c >= 0x30 && c <= 0x39

/**
 * Replaces e-mail addresses in which most letters of the world may stand:
 * `[a-zA-Z0-9][\w.+-]*@[\w.-]+\.(?:[a-zA-Z]{2,}|\w{2,})` of Python's module re, by walking out from each @.
 */
export function replaceLooseEmails(text: string, template: string): string {
  if (!text.includes('@')) return text
  const write = templateWriter(template, 0)
  let out = ''
  let from = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const start = localStart(text, at, from)
    const end = start < 0 ? -1 : domainEnd(text, at + 1)
    if (end < 0) continue
    out += text.slice(from, start) + write(text.slice(start, end))
    from = end
    at = end - 1
  }
  return from === 0 ? text : out + text.slice(from)
}

/** UTF-16 units of the word character at `at`, 0 where there is none. */
function wordWidth(text: string, at: number): number {
  const point = text.codePointAt(at)
  if (point === undefined || !charSets.reWord().has(point)) return 0
  return point > 0xffff ? 2 : 1
}

function localStart(text: string, at: number, from: number): number {
  let start = -1
  for (let i = at - 1; i >= from; i--) {
    const c = text.charCodeAt(i)
    if (isLetter(c) || isDigit(c)) start = i
    else if ((c & 0xfc00) === 0xdc00 && i > from && wordWidth(text, i - 1) === 2) i--
    else if (c !== 0x2e && c !== 0x2b && c !== 0x2d && wordWidth(text, i) === 0) break
  }
  return start
}

function domainEnd(text: string, start: number): number {
  let end = start
  for (;;) {
    const c = text.charCodeAt(end)
    const width = c === 0x2e || c === 0x2d ? 1 : wordWidth(text, end)
    if (width === 0) break
    end += width
  }
  for (let dot = end - 1; dot > start; dot--) {
    if (text.charCodeAt(dot) !== 0x2e) continue
    let letters = dot + 1
    while (letters < end && isLetter(text.charCodeAt(letters))) letters++
    if (letters - dot > 2) return letters
    let after = dot + 1
    let count = 0
    for (let width = wordWidth(text, after); width > 0; width = wordWidth(text, after)) {
      after += width
      count++
    }
    if (count >= 2) return after
  }
  return -1
}
