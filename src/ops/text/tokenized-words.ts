import type { Derivation } from '../../core/sample.js'
import { boundedPieces } from './tokens/bounded-pieces.js'
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

/** What an operator with `tokenization` counts by, in place of what Data-Juicer would. */
export function substituteForTokens({ tokenization }: { readonly tokenization?: boolean | null }): string | undefined {
  return tokenization === true
    ? 'tokenization: true counts tokens of o200k_base, in place of those of the model that Data-Juicer downloads'
    : undefined
}

let refinedTokens: Derivation<Words> | undefined
let writtenTokens: Derivation<Words> | undefined
