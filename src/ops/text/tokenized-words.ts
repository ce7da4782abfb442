import type { ModelFile } from '../../core/operator.js'
import type { Derivation } from '../../core/sample.js'
import { findModel } from '../models/find-model.js'
import { modelDirParam, substituteParam } from '../models/params.js'
import { sentencePieceFor } from '../models/sentencepiece-model.js'
import { bool, text } from '../params.js'
import { boundedPieces } from './tokens/bounded-pieces.js'
import type { EncodingName } from './tokens/token-counter.js'
import { refinedWords, type Words, wordsOfTokens, writtenWords } from './words.js'

/** Parameters of filters that count words, or with `tokenization` the pieces of a model. */
export const tokenizationParams = {
  lang: text('en').describe('Language of the samples; names the model of `tokenization`.'),
  tokenization: bool(false).describe(
    'Count the pieces of the SentencePiece model `{lang}.sp.model` instead of words; see docs/recipes.md.',
  ),
  model_dir: modelDirParam,
  substitute_tokenizer: substituteParam,
} as const

export interface Tokenization {
  readonly lang: string | null
  readonly tokenization: boolean | null
  readonly model_dir?: string | null
  readonly substitute_tokenizer?: EncodingName | null
}

/** What a filter counts, and what it reads for it. */
export interface TextWords {
  readonly words: Derivation<Words>
  readonly identity?: string
  readonly models?: readonly ModelFile[]
}

type Form = 'refined' | 'written'

/**
 * The words that a filter counts: those between blanks, or with `tokenization` the pieces of a SentencePiece model; a
 * byte-pair encoding may stand for a model that is not here. Either way stripped of special characters, and lower-cased
 * where they are `refined`.
 *
 * @throws {Error} where the model is not here and nothing stands for it
 */
export async function textWords(params: Tokenization, form: Form): Promise<TextWords> {
  if (params.tokenization !== true) return { words: form === 'refined' ? refinedWords : writtenWords }
  const substitute = substituteOf(params)
  if (substitute !== undefined) {
    const tokensOf = await loadTokens(substitute)
    return { words: once(`${substitute} ${form}`, () => wordsOf(tokensOf, form)), identity: substitute }
  }
  const { model, digest, file } = sentencePieceFor(params.lang ?? 'en', params.model_dir)
  const words = once(`${file.path} ${digest} ${form}`, () => wordsOf(each => model.pieces(each), form))
  return { words, identity: digest, models: [file] }
}

/** What an operator with `tokenization` counts by, in place of what Data-Juicer would. */
export function substituteForTokens(params: Tokenization): string | undefined {
  const substitute = params.tokenization === true ? substituteOf(params) : undefined
  return substitute === undefined
    ? undefined
    : `tokenization: true counts tokens of ${substitute}, in place of the pieces of ${params.lang ?? 'en'}.sp.model, which is not here`
}

function substituteOf({ lang, model_dir, substitute_tokenizer: substitute }: Tokenization): EncodingName | undefined {
  try {
    findModel(`${lang ?? 'en'}.sp.model`, model_dir, 'its SentencePiece model')
    return undefined
  } catch (error) {
    if (substitute) return substitute
    throw new Error(`${(error as Error).message}; or count tokens of another with --substitute_tokenizer o200k_base`)
  }
}

function wordsOf(tokensOf: (text: string) => string[], form: Form): Derivation<Words> {
  return { name: `${form} tokens`, compute: each => wordsOfTokens(tokensOf(each), form === 'refined') }
}

const derivations = new Map<string, Derivation<Words>>()

/** Operators that count the same share what was counted, which goes by the identity of the derivation. */
function once(key: string, make: () => Derivation<Words>): Derivation<Words> {
  const known = derivations.get(key)
  if (known !== undefined) return known
  const made = make()
  derivations.set(key, made)
  return made
}

async function loadTokens(encoding: EncodingName): Promise<(text: string) => string[]> {
  const { encode, decode } = await loadEncoding(encoding)
  return text =>
    boundedPieces(text).flatMap(piece => encode(piece, { disallowedSpecial: new Set() }).map(token => decode([token])))
}

async function loadEncoding(encoding: EncodingName) {
  switch (encoding) {
    case 'o200k_base':
      return import('gpt-tokenizer')
    case 'cl100k_base':
      return import('gpt-tokenizer/encoding/cl100k_base')
    case 'p50k_base':
      return import('gpt-tokenizer/encoding/p50k_base')
    case 'r50k_base':
      return import('gpt-tokenizer/encoding/r50k_base')
  }
}
