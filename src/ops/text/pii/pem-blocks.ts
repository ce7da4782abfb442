import { templateWriter } from '../python-regex/expand.js'

const beginMark = '-----BEGIN '
const endMark = '-----END '
const dashes = '-----'

/** The last line of a block. */
interface EndLine {
  readonly start: number
  readonly end: number
}

/**
 * Replaces keys and certificates, `-----BEGIN [A-Z0-9 -]+-----[\s\S]*?-----END [A-Z0-9 -]+-----` of Python's
 * module re: the label of the first line reaches as far as an end line behind it allows.
 */
export function replacePemBlocks(text: string, template: string): string {
  const endLines = findEndLines(text)
  const lastEnd = endLines.at(-1)
  if (lastEnd === undefined) return text
  const write = templateWriter(template, 0)
  const labelEnd = labelEnds(text, lastEnd.start)
  let out = ''
  let from = 0
  let next = 0
  for (let at = text.indexOf(beginMark); at >= 0; at = text.indexOf(beginMark, Math.max(from, at + 1))) {
    const firstLineEnd = labelEnd(at + beginMark.length)
    if (firstLineEnd === 0) continue
    while (endLines[next].start < firstLineEnd) next++
    const { end } = endLines[next]
    out += text.slice(from, at) + write(text.slice(at, end))
    from = end
  }
  return out + text.slice(from)
}

function findEndLines(text: string): EndLine[] {
  const found: EndLine[] = []
  const labelEnd = labelEnds(text, text.length)
  for (let start = text.indexOf(endMark); start >= 0; start = text.indexOf(endMark, start + 1)) {
    const end = labelEnd(start + endMark.length)
    if (end > 0) found.push({ start, end })
  }
  return found
}

/**
 * Makes the function that tells where the longest label ends that starts at an offset and has dashes behind
 * it, up to a limit; 0 where there is none. Offsets come in ascending order, and each run of such characters
 * is gone through once.
 */
function labelEnds(text: string, limit: number): (start: number) => number {
  let runEnd = 0
  let lastDashes = -1
  return start => {
    if (start >= runEnd) {
      runEnd = start
      while (runEnd < limit && isLabelChar(text.charCodeAt(runEnd))) runEnd++
      lastDashes = text.lastIndexOf(dashes, runEnd - dashes.length)
    }
    return lastDashes > start ? lastDashes + dashes.length : 0
  }
}

function isLabelChar(c: number): boolean {
  return (c >= 0x41 && c <= 0x5a) || (c >= 0x30 && c <= 0x39) || c === 0x20 || c === 0x2d
}
