import { parseFragment } from 'parse5'

const known = new Map<string, string | undefined>()

/** What a reference such as `&eacute;` stands for, or undefined where it stands for nothing. */
function meaningOf(reference: string): string | undefined {
  if (known.size > 10_000) known.clear()
  if (!known.has(reference)) {
    const node = parseFragment(reference).childNodes[0]
    const value = node !== undefined && 'value' in node ? node.value : undefined
    known.set(reference, value === reference ? undefined : value)
  }
  return known.get(reference)
}

const references = /&(?:(#[0-9]+|#[xX][0-9a-fA-F]+)|([a-zA-Z][-.a-zA-Z0-9]*));?/g

/** A reference that nothing follows, not even a semicolon. */
const lastReference = /&(?:[a-zA-Z][a-zA-Z0-9]*|#[0-9]+|#[xX][0-9a-fA-F]+)$/

/**
 * Decodes the references of a text between tags; one to a name that means nothing loses its semicolon, as in
 * Beautiful Soup. At the end of the document one that nothing follows stays, but for the ampersand before a
 * single letter.
 */
export function decodeText(text: string, isAtEnd = false): string {
  if (!text.includes('&')) return text
  const last = isAtEnd ? lastReference.exec(text) : null
  if (last !== null) return decodeText(text.slice(0, last.index)) + (last[0].length === 2 ? last[0][1] : last[0])
  return text.replace(references, (_, number?: string, name?: string) =>
    number !== undefined ? (meaningOf(`&${number};`) ?? '\ufffd') : (meaningOfName(name!) ?? `&${name}`),
  )
}

/** What a whole name stands for; one that only starts with a known name stands for nothing. */
function meaningOfName(name: string): string | undefined {
  const meaning = meaningOf(`&${name};`)
  return meaning?.endsWith(';') && name !== 'semi' ? undefined : meaning
}

/** Decodes the references of an attribute's value; those that mean nothing stay. */
export function decodeAttribute(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(references, reference => meaningOf(reference) ?? reference)
}
