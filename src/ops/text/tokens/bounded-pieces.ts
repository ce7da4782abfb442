/** Longest stretch without a change between blanks and others that is counted as one: an encoder takes long for these. */
const defaultStretch = 1000

/** The text, cut up where one stretch of it would take an encoder too long. */
export function boundedPieces(text: string, longestStretch: number = defaultStretch): string[] {
  if (!hasLongStretch(text, longestStretch)) return [text]
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += longestStretch) pieces.push(text.slice(at, at + longestStretch))
  return pieces
}

/** A long stretch covers a multiple of its least length, so only what lies around these is looked at. */
function hasLongStretch(text: string, longestStretch: number): boolean {
  for (let at = longestStretch - 1; at < text.length; at += longestStretch) {
    const isBlank = isBlankAt(text, at)
    let start = at
    while (start > 0 && at - start < longestStretch && isBlankAt(text, start - 1) === isBlank) start--
    let end = at + 1
    while (end < text.length && end - start < longestStretch && isBlankAt(text, end) === isBlank) end++
    if (end - start >= longestStretch) return true
  }
  return false
}

function isBlankAt(text: string, at: number): boolean {
  return /\s/.test(text[at])
}
