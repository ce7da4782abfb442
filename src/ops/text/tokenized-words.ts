import type { Derivation } from '../../core/sample.js'
import { refinedWords, type Words, wordsOfTokens, writtenWords } from './words.js'

/**
 * The words that a filter counts: those between blanks, or with `tokenization` the tokens of a byte-pair
 * encoding (o200k_base), which stands for the SentencePiece models that Data-Juicer downloads. Either way
 * stripped of special characters, and lower-cased where they are `refined`.
 */
export async function textWords(tokenization: boolean, form: 'refined' | 'written'): Promise<Derivation<Words>> {
  if (!tokenization) return form === 'refined' ? refinedWords : writtenWords
  const known = form === 'refined' ? refinedTokens : writtenTokens
  if (known !== undefined) return known
  const { encode, decode } = await import('gpt-tokenizer')
  const tokensOf = (text: string) =>
    boundedPieces(text).flatMap(piece => encode(piece, { disallowedSpecial: new Set() }).map(token => decode([token])))
  const derivation: Derivation<Words> = {
    name: `${form} tokens`,
    compute: text => wordsOfTokens(tokensOf(text), form === 'refined'),
  }
  if (form === 'refined') refinedTokens = derivation
  else writtenTokens = derivation
  return derivation
}

let refinedTokens: Derivation<Words> | undefined
let writtenTokens: Derivation<Words> | undefined

/** Longest stretch without a change between blanks and others that goes to the encoder as one: it takes time squared for these. */
const longestStretch = 1000

/** The text, cut up where one stretch of it would take the encoder too long. */
export function boundedPieces(text: string): string[] {
  if (!/\S{1000}|\s{1000}/.test(text)) return [text]
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += longestStretch) pieces.push(text.slice(at, at + longestStretch))
  return pieces
}
