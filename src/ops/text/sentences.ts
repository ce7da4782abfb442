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
    const isEnd = isWide || (end < line.length && isBlank(line[end]) && !goesOn(line, start, i, end))
    if (isEnd) {
      sentences.push(line.slice(start, end).trim())
      start = end
    }
    i = end - 1
  }
  sentences.push(line.slice(start).trim())
  return sentences.filter(sentence => sentence !== '')
}

function goesOn(line: string, start: number, mark: number, end: number): boolean {
  let next = end
  while (next < line.length && isBlank(line[next])) next++
  if (next < line.length && /\p{Ll}/u.test(line[next])) return true
  if (line[mark] !== '.' || end > mark + 1) return false
  let from = mark
  while (from > start && mark - from < 12 && !isBlank(line[from - 1])) from--
  const word = line.slice(from, mark).replace(/^[^\p{L}]+/u, '')
  return abbreviations.has(word.toLowerCase()) || /^\p{Lu}$/u.test(word)
}
