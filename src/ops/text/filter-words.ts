import { charSets } from './char-set.js'

/** Whether a word, a stretch of the text, stays. */
export type KeepWord = (start: number, end: number) => boolean

const isSeparator = (c: number) => c === 0x20 || c === 0x09 || c === 0x0a

/**
 * Keeps some of the words between spaces, TABs and LFs. Two words that stay are joined by the strongest
 * separator that stood between them (LF, then TAB, then space); the rest of the white space goes, also
 * where no word does.
 */
export function filterWords(text: string, keep: KeepWord): string {
  let out = ''
  /** The stretch of text that is taken over as it stands. */
  let from = -1
  let until = -1
  let strongest = 0
  for (let at = 0; at < text.length; ) {
    const c = text.charCodeAt(at)
    if (isSeparator(c)) {
      strongest = Math.max(strongest, c === 0x0a ? 3 : c === 0x09 ? 2 : 1)
      at++
      continue
    }
    const start = at
    while (at < text.length && !isSeparator(text.charCodeAt(at))) at++
    if (!keep(start, at)) continue
    if (from < 0) from = start
    else if (start !== until + 1) {
      out += text.slice(from, until) + ' \t\n'[strongest - 1]
      from = start
    }
    until = at
    strongest = 0
  }
  if (from < 0) return ''
  return from === 0 && until === text.length ? text : out + text.slice(from, until)
}

/** The stretch of a word that is left when special characters are stripped from both of its ends. */
export function strippedRange(text: string, start: number, end: number): [number, number] {
  const special = charSets.special()
  let from = start
  let to = end
  while (from < to) {
    const point = text.codePointAt(from)!
    if (!special.has(point)) break
    from += point > 0xffff ? 2 : 1
  }
  while (to > from) {
    const isPair = to - 2 >= from && text.codePointAt(to - 2)! > 0xffff
    if (!special.has(isPair ? text.codePointAt(to - 2)! : text.charCodeAt(to - 1))) break
    to -= isPair ? 2 : 1
  }
  return [from, to]
}
