import { charSets } from './char-set.js'

/** `str.strip()`. */
export function strip(text: string): string {
  const space = charSets.pythonSpace().bmp
  let start = 0
  let end = text.length
  while (start < end && space[text.charCodeAt(start)] === 1) start++
  while (end > start && space[text.charCodeAt(end - 1)] === 1) end--
  return end - start === text.length ? text : text.slice(start, end)
}

/** `str.rstrip()`. */
export function stripEnd(text: string): string {
  const space = charSets.pythonSpace().bmp
  let end = text.length
  while (end > 0 && space[text.charCodeAt(end - 1)] === 1) end--
  return text.slice(0, end)
}

/**
 * Capital letters that Python 3.11 (Unicode 14) does not know yet and a newer Node lower-cases:
 * Cyrillic Tje, Latin letters of Unicode 16 and 17, and by their first unit Garay and Beria Erfe.
 */
const newerCapitals = /[\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc]|\ud803[\udd50-\udd65]|\ud81b[\udea0-\udeb8]/g

const knowsNewerCapitals = Number.parseFloat(process.versions.unicode ?? '99') >= 16

/** `str.lower()`. */
export function lower(text: string): string {
  if (!knowsNewerCapitals || text.search(newerCapitals) < 0) return text.toLowerCase()
  let out = ''
  let from = 0
  for (const match of text.matchAll(newerCapitals)) {
    out += text.slice(from, match.index).toLowerCase() + match[0]
    from = match.index + match[0].length
  }
  return out + text.slice(from).toLowerCase()
}

/** ES2024's string method, absent from the library types of this target. */
interface WellFormedString {
  isWellFormed(): boolean
}

/** True where a text holds no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as WellFormedString).isWellFormed()
}

/** `text[:count]`, in code points. */
export function firstPoints(text: string, count: number): string {
  if (text.length <= count) return text
  let at = 0
  for (let i = 0; i < count && at < text.length; i++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return text.slice(0, at)
}

/** `text[-count:]`, in code points, for a count above 0. */
export function lastPoints(text: string, count: number): string {
  let at = text.length
  for (let i = 0; i < count && at > 0; i++) at -= at > 1 && text.codePointAt(at - 2)! > 0xffff ? 2 : 1
  return text.slice(at)
}
