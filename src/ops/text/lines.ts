import type { Derivation } from '../../core/sample.js'
import { readUnits } from '../../util/utf16.js'
import { charSets } from './char-set.js'

/** The lines of a text as `str.splitlines` finds them. */
export interface LineCounts {
  readonly lines: number
  /** Code points of the longest line, its break left out. */
  readonly longest: number
  readonly codePoints: number
}

export const lineCounts: Derivation<LineCounts> = {
  name: 'line counts',
  compute(text) {
    const breaks = charSets.pythonLineBreak().bmp
    const units = readUnits(text)
    const { length } = text
    let lines = 0
    let longest = 0
    let start = 0
    let pairs = 0
    let pairsInLine = 0
    for (let at = 0; at < length; at++) {
      const c = units[at]
      if (breaks[c] === 1) {
        lines++
        longest = Math.max(longest, at - start - pairsInLine)
        if (c === 0x0d && at + 1 < length && units[at + 1] === 0x0a) at++
        start = at + 1
        pairsInLine = 0
      } else if ((c & 0xfc00) === 0xd800 && at + 1 < length && (units[at + 1] & 0xfc00) === 0xdc00) {
        at++
        pairs++
        pairsInLine++
      }
    }
    if (start < length) {
      lines++
      longest = Math.max(longest, length - start - pairsInLine)
    }
    return { lines, longest, codePoints: length - pairs }
  },
}

/** The lines of a text as `str.splitlines` finds them, without their breaks. */
export function splitLines(text: string): string[] {
  const breaks = charSets.pythonLineBreak().bmp
  const lines: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if (breaks[text.charCodeAt(at)] === 0) continue
    lines.push(text.slice(start, at))
    if (text.charCodeAt(at) === 0x0d && text.charCodeAt(at + 1) === 0x0a) at++
    start = at + 1
  }
  if (start < text.length) lines.push(text.slice(start))
  return lines
}
