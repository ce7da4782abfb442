import { decodeUtf8 } from './utf8.js'

/**
 * `JSON.parse`, which also takes NaN, Infinity and -Infinity for the numbers that Python writes so.
 *
 * @throws {SyntaxError} where the text is anything else that is no JSON
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError) || !(text.includes('NaN') || text.includes('Infinity'))) throw error
    const nan = markerFor(text)
    // JSON's own way to write an infinity is a number beyond all doubles.
    const strict = replaceNonFinite(text, word =>
      // Blanks keep a digit beside it from becoming part of the number.
      word === 'NaN' ? `"${nan}"` : word === 'Infinity' ? ' 1e999 ' : ' -1e999 ',
    )
    return JSON.parse(strict, (_, value: unknown) => (value === nan ? Number.NaN : value))
  }
}

/** `JSON.stringify` of a value that JSON can hold, but that NaN and the infinities keep their names. */
export function stringifyJson(value: unknown): string {
  if (!holdsNonFinite(value)) return JSON.stringify(value)
  if (typeof value === 'number') return String(value)
  const marker = markerFor(JSON.stringify(value))
  const marked = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'number' && !Number.isFinite(inner) ? `${marker}${inner}` : inner,
  )
  return marked.replace(new RegExp(`"${marker}(NaN|-?Infinity)"`, 'g'), '$1')
}

/** True where a number that is not finite stands anywhere in a value. */
export function holdsNonFinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return false
  for (const inner of Array.isArray(value) ? (value as unknown[]) : Object.values(value))
    if (holdsNonFinite(inner)) return true
  return false
}

/** A string that occurs nowhere in a text. */
function markerFor(text: string): string {
  let marker = 'pawl-number-'
  while (text.includes(marker)) marker += '-'
  return marker
}

/** A JSON text with null in place of NaN and the infinities, and how many that were; the bytes as they are where there are none. */
export function nullNonFinite(bytes: Buffer): { readonly bytes: Buffer; readonly count: number } {
  if (bytes.indexOf('NaN') < 0 && bytes.indexOf('Infinity') < 0) return { bytes, count: 0 }
  let count = 0
  const text = replaceNonFinite(decodeUtf8(bytes, 0, bytes.length), () => {
    count++
    return 'null'
  })
  return count === 0 ? { bytes, count } : { bytes: Buffer.from(text), count }
}

/** Replaces NaN and the infinities in a JSON text; what looks like them inside of strings stays. */
function replaceNonFinite(text: string, replace: (word: string) => string): string {
  let result = ''
  let from = 0
  for (let at = 0; at < text.length; ) {
    const c = text[at]
    if (c === '"') at = endOfString(text, at)
    else if (c === 'N' || c === 'I') {
      const word = c === 'N' ? 'NaN' : text[at - 1] === '-' ? '-Infinity' : 'Infinity'
      const start = word[0] === '-' ? at - 1 : at
      if (!text.startsWith(word, start)) {
        at++
        continue
      }
      result += text.slice(from, start) + replace(word)
      at = start + word.length
      from = at
    } else at++
  }
  return result + text.slice(from)
}

function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}
