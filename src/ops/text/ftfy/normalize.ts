import { charSets } from '../char-set.js'

export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'

let newer: RegExp | undefined

/** Normalises as Unicode 14 does: characters that came later stay, and nothing moves or joins across them. */
export function normalize(text: string, form: NormalForm): string {
  if (!/[^\0-\x7f]/.test(text) || text.normalize(form) === text) return text
  newer ??= new RegExp(`([${charSets.unassigned().toClassBody()}]+)`, 'u')
  return text
    .split(newer)
    .map((piece, i) => (i % 2 === 0 ? piece.normalize(form) : piece))
    .join('')
}
