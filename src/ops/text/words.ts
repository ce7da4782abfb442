import type { Derivation } from '../../core/sample.js'
import { builtTable } from '../../util/built-table.js'
import { readUnits } from '../../util/utf16.js'
import { charSets } from './char-set.js'
import { lower } from './python-text.js'

/** The words of a text as Data-Juicer finds them: split at space, LF and TAB, special characters stripped. */
export interface Words {
  /** The text that `starts` and `ends` count in. */
  readonly text: string
  /** What to read a unit of `text` as: its lower case, or the unit itself where `text` is as it should be. */
  readonly fold: Uint16Array
  readonly count: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** A hash of each word; equal words have equal ones. */
  readonly hashes: Int32Array
}

const wordUnit = 0
const specialUnit = 1
const separator = 2
const highSurrogate = 3
/** Lower-casing it takes more than a table: capital sigma, dotted I, capitals beyond the basic plane. */
const irregular = 4
const specialPair = 5
const loneSurrogate = 6

const prime = 0x01000193

interface Tables {
  readonly kinds: Uint8Array
  readonly fold: Uint16Array
}

const lowering = tablesOf('words-lowering', true)
const verbatim = tablesOf('words', false)

/** Both tables of a kind in one: bytes of kinds, then the folded units. */
function tablesOf(name: string, isLowering: boolean): () => Tables {
  const table = builtTable(name, () => {
    const { kinds, fold } = buildTables(isLowering)
    return Buffer.concat([kinds, new Uint8Array(fold.buffer)])
  })
  let tables: Tables | undefined
  return () => {
    tables ??= splitTables(table())
    return tables
  }
}

function splitTables({ buffer }: Uint8Array): Tables {
  return { kinds: new Uint8Array(buffer, 0, 0x10000), fold: new Uint16Array(buffer, 0x10000, 0x10000) }
}

/** First units of the surrogate pairs among which there are capital letters. */
const casedPairs = new Set([0xd801, 0xd803, 0xd806, 0xd81b, 0xd83a])

function buildTables(isLowering: boolean): Tables {
  const kinds = new Uint8Array(0x10000)
  const fold = new Uint16Array(0x10000)
  const special = charSets.special().bmp
  for (let c = 0; c < 0x10000; c++) {
    const small = isLowering ? lower(String.fromCharCode(c)) : ''
    const isIrregular = isLowering && (small.length !== 1 || c === 0x3a3 || casedPairs.has(c))
    fold[c] = isLowering && !isIrregular ? small.charCodeAt(0) : c
    if (c === 0x20 || c === 0x0a || c === 0x09) kinds[c] = separator
    else if (isIrregular) kinds[c] = irregular
    else if ((c & 0xfc00) === 0xd800) kinds[c] = highSurrogate
    else kinds[c] = special[fold[c]] === 1 ? specialUnit : wordUnit
  }
  return { kinds, fold }
}

/** The tables that lower, once a text asked for them. */
let lowered: Tables | undefined

/** Words in lower case: what word repetition and word lists count. */
export const refinedWords: Derivation<Words> = {
  name: 'refined words',
  compute(text) {
    lowered ??= lowering()
    return findWords(text, lowered) ?? writtenWords.compute(lower(text))
  },
}

/** Words as they are written. */
export const writtenWords: Derivation<Words> = {
  name: 'words',
  compute(text) {
    return findWords(text, verbatim())!
  },
}

let starts = new Int32Array(1024)
let ends = new Int32Array(1024)
let hashes = new Int32Array(1024)

/** Finds the words, or gives up with undefined at a character that the tables cannot lower. */
function findWords(text: string, { kinds, fold }: Tables): Words | undefined {
  const units = readUnits(text)
  const { length } = text
  let count = 0
  for (let at = 0; at < length; ) {
    let kind = kinds[units[at]]
    if (kind === highSurrogate) kind = kindOfPair(text, at)
    if (kind !== wordUnit && kind !== loneSurrogate) {
      if (kind === irregular) return undefined
      at += kind === specialPair ? 2 : 1
      continue
    }
    const start = at
    let hash = 0
    let end = at
    let endHash = 0
    while (at < length) {
      const unit = units[at]
      kind = kinds[unit]
      if (kind === separator) break
      hash = Math.imul(hash ^ fold[unit], prime)
      at++
      if (kind === wordUnit) {
        end = at
        endHash = hash
      } else if (kind === highSurrogate) {
        kind = kindOfPair(text, at - 1)
        if (kind !== loneSurrogate) hash = Math.imul(hash ^ units[at++], prime)
        if (kind === specialPair) continue
        end = at
        endHash = hash
      } else if (kind === irregular) return undefined
    }
    if (count === starts.length) grow()
    starts[count] = start
    ends[count] = end
    hashes[count++] = finishHash(endHash, end - start)
  }
  return {
    text,
    fold,
    count,
    starts: starts.slice(0, count),
    ends: ends.slice(0, count),
    hashes: hashes.slice(0, count),
  }
}

function finishHash(hash: number, length: number): number {
  return hash ^ Math.imul(length, 0x9e3779b1)
}

/** The hash that a word has among those of a text, given as it counts there. */
export function hashOfWord(word: string): number {
  let hash = 0
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), prime)
  return finishHash(hash, word.length)
}

/** What a high surrogate turns out to be. */
function kindOfPair(text: string, at: number): number {
  const point = text.codePointAt(at)!
  if (point <= 0xffff) return loneSurrogate
  return charSets.special().has(point) ? specialPair : wordUnit
}

function grow(): void {
  const doubled = (array: Int32Array<ArrayBuffer>) => {
    const larger = new Int32Array(array.length * 2)
    larger.set(array)
    return larger
  }
  starts = doubled(starts)
  ends = doubled(ends)
  hashes = doubled(hashes)
}

/** The words that tokens stand for: each stripped of blanks and special characters, none left empty. */
export function wordsOfTokens(tokens: readonly string[], isLowering: boolean): Words {
  // Neither a line feed nor a blank survives stripping, so one of them can part the tokens.
  const text = tokens.map(token => token.replace(/[ \n\t]/g, '')).join('\n')
  return (isLowering ? refinedWords : writtenWords).compute(text)
}

/** The `index`-th word, as it counts. */
export function wordAt({ text, fold, starts, ends }: Words, index: number): string {
  const word = text.slice(starts[index], ends[index])
  return fold === lowered?.fold ? lower(word) : word
}

/** Whether two words of one text are the same. */
export function isSameWord({ text, fold, starts, ends }: Words, a: number, b: number): boolean {
  let i = starts[a]
  let j = starts[b]
  const end = ends[a]
  if (end - i !== ends[b] - j) return false
  while (i < end) if (fold[text.charCodeAt(i++)] !== fold[text.charCodeAt(j++)]) return false
  return true
}

/** Whether the `index`-th word, as it counts, is `word`. */
export function isWord({ text, fold, starts, ends }: Words, index: number, word: string): boolean {
  const start = starts[index]
  if (ends[index] - start !== word.length) return false
  for (let i = 0; i < word.length; i++) if (fold[text.charCodeAt(start + i)] !== word.charCodeAt(i)) return false
  return true
}
