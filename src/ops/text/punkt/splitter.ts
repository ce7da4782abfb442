import { charSets } from '../char-set.js'
import { lower, stripEnd } from '../python-text.js'
import { context, type PunktModel } from './model.js'
import { endMarks, nonWordChars, type PunktToken, tokenize } from './tokens.js'

/** A place where a sentence may end. */
interface Candidate {
  /** Behind the mark. */
  readonly end: number
  /** Where the next word starts, where blanks are between. */
  readonly next: number | undefined
  /** The word before the mark, the mark, and what follows it up to the end of the next word. */
  readonly context: string
}

type Span = readonly [start: number, end: number]

const afterMark = new Set(nonWordChars)
const closing = new Set('"\')]}‘’“”«»')
const punctuation = new Set(';:,.!?')

/** Finds sentences with a Punkt model, as NLTK 3.10 does. Takes time linear in the text. */
export class PunktSplitter {
  constructor(readonly model: PunktModel) {}

  split(text: string): string[] {
    return [...realign(text, this.#cut(text))].map(([start, end]) => text.slice(start, Math.max(start, end)))
  }

  *#cut(text: string): Generator<Span> {
    let start = 0
    for (const { end, next, context } of candidates(text)) {
      if (!this.#holdsEnd(context)) continue
      yield [start, end]
      start = next ?? end
    }
    yield [start, stripEnd(text).length]
  }

  /** Whether a sentence ends in a text, before its last token. */
  #holdsEnd(text: string): boolean {
    let previous: PunktToken | undefined
    for (const token of tokenize(text)) {
      this.#judge(token)
      if (previous !== undefined) {
        this.#judgeBefore(previous, token)
        if (previous.endsSentence) return true
      }
      previous = token
    }
    return false
  }

  /** What a token by itself says. */
  #judge(token: PunktToken): void {
    const { text } = token
    if (endMarks.has(text)) token.endsSentence = true
    else if (/^\.\.+$/.test(text)) token.isEllipsis = true
    else if (token.endsInDot && !text.endsWith('..')) {
      const word = lower(text.slice(0, -1))
      const { abbreviations } = this.model
      token.isAbbreviation = abbreviations.has(word) || abbreviations.has(word.slice(word.lastIndexOf('-') + 1))
      token.endsSentence = !token.isAbbreviation
    }
  }

  /** What the next token says of one that ends in a dot. */
  #judgeBefore(token: PunktToken, next: PunktToken): void {
    if (!token.endsInDot) return
    const { collocations, sentenceStarters, contexts } = this.model
    const type = token.typeWithoutDot
    const nextType = next.typeInSentence
    const { isInitial } = token
    if (collocations.has(`${type}\t${nextType}`)) {
      token.endsSentence = false
      return
    }
    const startsSentence = this.#startsSentence(next)
    if ((token.isAbbreviation || token.isEllipsis) && !isInitial) {
      if (startsSentence === true || (next.startsUpper && sentenceStarters.has(nextType))) {
        token.endsSentence = true
        return
      }
    }
    if (!isInitial && type !== '##number##') return
    const isName = isInitial && next.startsUpper && ((contexts.get(nextType) ?? 0) & context.anyLower) === 0
    if (startsSentence === false || (startsSentence === undefined && isName)) token.endsSentence = false
  }

  /** Whether the way a word is written shows that it starts a sentence; undefined where it does not show. */
  #startsSentence(token: PunktToken): boolean | undefined {
    if (punctuation.has(token.text)) return false
    const seen = this.model.contexts.get(token.typeInSentence) ?? 0
    const isSeen = (bits: number) => (seen & bits) !== 0
    if (token.startsUpper && isSeen(context.anyLower) && !isSeen(context.middleUpper)) return true
    if (token.startsLower && (isSeen(context.anyUpper) || !isSeen(context.startLower))) return false
    return undefined
  }
}

/** The places where a sentence may end; of several in one word the last. */
function* candidates(text: string): Generator<Candidate> {
  const space = charSets.reSpace().bmp
  let word: Span = [0, 0]
  let candidate: (Omit<Candidate, 'context'> & { readonly contextEnd: number }) | undefined
  const finished = (): Candidate[] =>
    candidate === undefined ? [] : [{ ...candidate, context: text.slice(word[0], candidate.contextEnd) }]
  for (const { index } of text.matchAll(/[.?!]/g)) {
    const end = index + 1
    let next = end
    while (next < text.length && space[text.charCodeAt(next)] === 1) next++
    let contextEnd = next
    if (next > end) while (contextEnd < text.length && space[text.charCodeAt(contextEnd)] !== 1) contextEnd++
    else if (afterMark.has(text[end])) contextEnd++
    if (contextEnd === next) continue
    const before = lastAsciiSpace(text, word[1], index)
    const start = before > word[1] ? before + 1 : word[0]
    if (word[1] <= start) yield* finished()
    word = [start, index]
    candidate = { end, next: next > end ? next : undefined, contextEnd }
  }
  yield* finished()
}

/** The last blank of ASCII in a range; -1 where there is none. */
function lastAsciiSpace(text: string, from: number, to: number): number {
  for (let at = to - 1; at >= from; at--) if (' \t\n\r\v\f'.includes(text[at])) return at
  return -1
}

/** Gives quotes and brackets that close behind a mark to the sentence that they close. */
function* realign(text: string, sentences: Iterable<Span>): Generator<Span> {
  let previous: Span | undefined
  for (const sentence of sentences) {
    if (previous === undefined) {
      previous = sentence
      continue
    }
    const closed = closingAt(text, sentence)
    if (closed !== undefined) yield [previous[0], closed.end]
    else if (previous[1] > previous[0]) yield previous
    previous = closed === undefined ? sentence : [closed.next, sentence[1]]
  }
  if (previous !== undefined && previous[1] > previous[0]) yield previous
}

/** Where the closing characters end with which a sentence starts, and where the sentence proper starts. */
function closingAt(text: string, [start, end]: Span): { readonly end: number; readonly next: number } | undefined {
  let at = start
  while (at < end && closing.has(text[at])) at++
  if (at === start) return undefined
  const space = charSets.reSpace().bmp
  let next = at
  while (next < end && space[text.charCodeAt(next)] === 1) next++
  return next > at || at === end || (at + 2 <= end && text.startsWith('--', at)) ? { end: at, next } : undefined
}
