import type { Derivation } from '../../core/sample.js'
import { charSets } from './char-set.js'
import { lower } from './python-text.js'

/** The words of a text as Data-Juicer finds them: split at space, LF and TAB, special characters stripped. */
export interface Words {
  /** The text that `starts` and `ends` count in (lower-cased, for `refinedWords`). */
  readonly text: string
  readonly count: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** A hash of each word; equal words have equal ones. */
  readonly hashes: Int32Array
}

/** Words in lower case: what word repetition and word lists count. */
export const refinedWords: Derivation<Words> = {
  name: 'refined words',
  compute: text => findWords(lower(text)),
}

/** Words as they are written. */
export const writtenWords: Derivation<Words> = { name: 'words', compute: findWords }

let starts = new Int32Array(1024)
let ends = new Int32Array(1024)
let hashes = new Int32Array(1024)

function findWords(text: string): Words {
  const special = charSets.special().bmp
  const length = text.length
  let count = 0
  let at = 0
  while (at < length) {
    let c = text.charCodeAt(at)
    // Separators are special characters themselves, so leading ones of a word go the same way.
    if (special[c] === 1) {
      at++
      continue
    }
    if ((c & 0xf800) === 0xd800 && isSpecialPair(text, at)) {
      at += 2
      continue
    }
    const start = at
    while (at < length && (c = text.charCodeAt(at)) !== 0x20 && c !== 0x0a && c !== 0x09) at++
    const end = stripEnd(text, start, at, special)
    if (count === starts.length) grow()
    starts[count] = start
    ends[count] = end
    hashes[count++] = hashRange(text, start, end)
  }
  return {
    text,
    count,
    starts: starts.slice(0, count),
    ends: ends.slice(0, count),
    hashes: hashes.slice(0, count),
  }
}

function stripEnd(text: string, start: number, end: number, special: Uint8Array): number {
  let at = end
  while (at > start) {
    const c = text.charCodeAt(at - 1)
    if (special[c] === 1) at--
    else if ((c & 0xfc00) === 0xdc00 && at - 2 >= start && isSpecialPair(text, at - 2)) at -= 2
    else break
  }
  return at
}

function isSpecialPair(text: string, at: number): boolean {
  const point = text.codePointAt(at)!
  return point > 0xffff && charSets.special().has(point)
}

/** Hashes a stretch of text. */
export function hashRange(text: string, start: number, end: number): number {
  let hash = end - start
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash ^ (hash >>> 15)
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

/** The `index`-th word. */
export function wordAt(words: Words, index: number): string {
  return words.text.slice(words.starts[index], words.ends[index])
}

/** Whether two words of one text are the same. */
export function isSameWord({ text, starts, ends }: Words, a: number, b: number): boolean {
  let i = starts[a]
  let j = starts[b]
  const end = ends[a]
  if (end - i !== ends[b] - j) return false
  while (i < end) if (text.charCodeAt(i++) !== text.charCodeAt(j++)) return false
  return true
}
