import type { ModelFile } from '../../core/operator.js'
import type { Derivation } from '../../core/sample.js'
import { type EncodingName, loadTokenCounter } from '../text/tokens/token-counter.js'
import { findHfTokenizer, hfTokenizerOf } from './hf-tokenizer.js'

export interface TokenizerChoice {
  readonly hf_tokenizer: string
  readonly model_dir?: string | null
  readonly substitute_tokenizer?: EncodingName | null
}

/** The number of tokens of texts, and what it takes to count them. */
export interface TokenCounts {
  readonly tokens: Derivation<number>
  readonly identity?: string
  readonly models?: readonly ModelFile[]
}

/**
 * Counts tokens by a tokenizer of Hugging Face, or by the encoding that may stand for one that is not here.
 *
 * @throws {Error} where the tokenizer is not here and nothing stands for it
 */
export async function tokensBy(choice: TokenizerChoice): Promise<TokenCounts> {
  const substitute = tokenizerSubstitute(choice)
  if (substitute !== undefined) return { ...(await tokensByEncoding(substitute)), identity: substitute }
  const { count, digest, file } = hfTokenizerOf(choice.hf_tokenizer, choice.model_dir)
  const tokens = once(`${file.path} ${digest}`, () => ({ name: `tokens of ${choice.hf_tokenizer}`, compute: count }))
  return { tokens, identity: digest, models: [file] }
}

export async function tokensByEncoding(encoding: EncodingName): Promise<TokenCounts> {
  const count = await loadTokenCounter(encoding)
  return { tokens: once(encoding, () => ({ name: `tokens of ${encoding}`, compute: count })) }
}

/** The encoding that stands for a tokenizer, where it does. */
export function tokenizerSubstitute(choice: TokenizerChoice): EncodingName | undefined {
  const { hf_tokenizer, model_dir, substitute_tokenizer: substitute } = choice
  if (!substitute) return undefined
  return findHfTokenizer(hf_tokenizer, model_dir) === undefined ? substitute : undefined
}

const derivations = new Map<string, Derivation<number>>()

/** Operators that count the same share what was counted, which goes by the identity of the derivation. */
function once(key: string, make: () => Derivation<number>): Derivation<number> {
  const known = derivations.get(key)
  if (known !== undefined) return known
  const made = make()
  derivations.set(key, made)
  return made
}
