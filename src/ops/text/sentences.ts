/** Abbreviations behind which a sentence goes on, in lower case and without their last dot. */
const abbreviations = new Set(
  'mr mrs ms dr prof sr jr st vs etc e.g i.e cf al fig no vol pp inc ltd co corp dept univ approx jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun u.s u.k ph.d a.m p.m bzw z.b d.h usw ca nr str mme mlle art av cap ed eds rev gen col sgt capt lt hon gov sen rep'.split(
    ' ',
  ),
)

const isClosing = (c: string) => '"\'”’»)]}」』】'.includes(c)
const isBlank = (c: string) => c === ' ' || c === '\t' || c === '\u00a0'

/**
 * The sentences of a line: cut behind . ! ? … and a blank, unless an abbreviation, an initial or a small
 * letter says that the sentence goes on, and behind 。！？ wherever they stand. Takes linear time.
 */
export function splitSentences(line: string): string[] {
  const sentences: string[] = []
  let start = 0
  for (let i = 0; i < line.length; i++) {
    const c = line[i]
    const isWide = '。！？'.includes(c)
    if (!isWide && !'.!?…'.includes(c)) continue
    let end = i + 1
    while (end < line.length && '.!?…。！？'.includes(line[end])) end++
    while (end < line.length && isClosing(line[end])) end++
    const isEnd =
      isWide ||
      (end < line.length &&
        isBlank(line[end]) &&
        !isBeforeSmall(line, end) &&
        !(end === i + 1 && isAbbreviated(line, start, i)))
    if (isEnd) {
      sentences.push(line.slice(start, end).trim())
      start = end
    }
    i = end - 1
  }
  sentences.push(line.slice(start).trim())
  return sentences.filter(sentence => sentence !== '')
}

/** Whether a small letter follows the blanks at `at`. */
function isBeforeSmall(line: string, at: number): boolean {
  let next = at
  while (next < line.length && isBlank(line[next])) next++
  return next < line.length && /\p{Ll}/u.test(line[next])
}

/** Whether the mark is the dot of an abbreviation or an initial in the sentence that starts at `start`. */
function isAbbreviated(line: string, start: number, mark: number): boolean {
  if (line[mark] !== '.') return false
  let from = mark
  while (from > start && mark - from < 12 && !isBlank(line[from - 1])) from--
  const word = line.slice(from, mark).replace(/^[^\p{L}]+/u, '')
  return abbreviations.has(word.toLowerCase()) || /^\p{Lu}$/u.test(word)
}
