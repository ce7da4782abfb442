import { z } from 'zod'
import { charSets } from './char-set.js'
import { PythonPattern } from './python-regex/pattern.js'
import { lower } from './python-text.js'

/** Parameters of operators that compare texts by their runs of `window_size` tokens. */
export const shingleParams = (window: number) => ({
  tokenization: z
    .enum(['space', 'punctuation', 'character'])
    .nullable()
    .default('space')
    .describe('What a token is: what stands between blanks, what stands between punctuation, or a character.'),
  window_size: z.int().min(0).nullable().default(window).describe('Tokens in a row that are compared as one.'),
  lowercase: z.boolean().nullable().default(true).describe('Compare texts in lower case.'),
  ignore_pattern: z
    .string()
    .nullable()
    .default(null)
    .describe('What to leave out of account, in the syntax of the Python package `regex`.'),
  short_text: z
    .enum(['separate', 'together'])
    .default('separate')
    .describe(
      'Texts of fewer tokens than the window: `separate`, each is kept; `together`, they are duplicates of one another, as in Data-Juicer.',
    ),
})

type ShingleParams = Omit<z.output<z.ZodObject<ReturnType<typeof shingleParams>>>, 'tokenization'> & {
  readonly tokenization?: keyof typeof tokenizers | null
}

/** Runs of tokens of one text: the `i`-th is `bytes[starts[i], max(starts[i], starts[i + window] - gap))`. */
export interface Shingles {
  /** The tokens in UTF-8, with one blank between them where `gap` is 1. */
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly gap: number
  readonly window: number
  /** 0 where the text has fewer tokens than the window. */
  readonly count: number
}

type Tokens = Pick<Shingles, 'bytes' | 'starts' | 'gap'> & { readonly tokenCount: number }

const tokenizers: Readonly<Record<'space' | 'punctuation' | 'character', (bytes: Uint8Array) => Tokens>> = {
  space: splitAtBlanks,
  punctuation: splitAtPunctuation,
  character: splitCharacters,
}

/** Builds what cuts a text into its shingles, as the parameters say. */
export function shingler(
  params: ShingleParams,
  defaultWindow: number,
  tokenizeText?: (text: string) => Tokens,
): (text: string) => Shingles {
  const window = params.window_size ?? defaultWindow
  const tokenizeBytes = tokenizers[params.tokenization ?? 'space']
  const tokenize = tokenizeText ?? ((text: string) => tokenizeBytes(Buffer.from(text)))
  // An empty pattern is none in Data-Juicer.
  const ignored = params.ignore_pattern ? new PythonPattern(params.ignore_pattern, { module: 'regex' }) : undefined
  return text => {
    const cased = params.lowercase === true ? lower(text) : text
    const { tokenCount, ...tokens } = tokenize(ignored?.sub('', cased) ?? cased)
    return { ...tokens, window, count: Math.max(0, tokenCount - window + 1) }
  }
}

/** Tokens that are compared as they stand one behind the other, with nothing between them. */
export function joinedTokens(tokens: readonly string[]): Tokens {
  const starts = new Int32Array(tokens.length + 1)
  for (const [index, token] of tokens.entries()) starts[index + 1] = starts[index] + Buffer.byteLength(token)
  return { bytes: Buffer.from(tokens.join('')), starts, gap: 0, tokenCount: tokens.length }
}

const blank = 0x20

/** Tokens between blanks, of which several count as one. */
function splitAtBlanks(bytes: Uint8Array): Tokens {
  const starts = new Int32Array((bytes.length >> 1) + 2)
  let tokenCount = 0
  let length = 0
  let isInside = false
  for (const byte of bytes) {
    if (byte === blank) {
      isInside = false
      continue
    }
    if (!isInside) {
      if (tokenCount > 0) bytes[length++] = blank
      starts[tokenCount++] = length
      isInside = true
    }
    bytes[length++] = byte
  }
  starts[tokenCount] = length + 1
  return { bytes, starts, gap: 1, tokenCount }
}

/** Tokens between punctuation marks, also empty ones. */
function splitAtPunctuation(bytes: Uint8Array): Tokens {
  const punctuation = charSets.regexPunctuation()
  const starts = new Int32Array(bytes.length + 2)
  let tokenCount = 1
  let length = 0
  for (let at = 0; at < bytes.length; ) {
    const width = widthOf(bytes[at])
    if (punctuation.has(pointAt(bytes, at, width))) {
      bytes[length++] = blank
      starts[tokenCount++] = length
    } else {
      bytes.copyWithin(length, at, at + width)
      length += width
    }
    at += width
  }
  starts[tokenCount] = length + 1
  return { bytes, starts, gap: 1, tokenCount }
}

function splitCharacters(bytes: Uint8Array): Tokens {
  const starts = new Int32Array(bytes.length + 1)
  let tokenCount = 0
  for (let at = 0; at < bytes.length; at += widthOf(bytes[at])) starts[tokenCount++] = at
  starts[tokenCount] = bytes.length
  return { bytes, starts, gap: 0, tokenCount }
}

function widthOf(lead: number): number {
  if (lead < 0x80) return 1
  if (lead < 0xe0) return 2
  return lead < 0xf0 ? 3 : 4
}

/** The code point that starts at `at` of well-formed UTF-8. */
function pointAt(bytes: Uint8Array, at: number, width: number): number {
  if (width === 1) return bytes[at]
  let point = bytes[at] & (0x7f >> width)
  for (let i = 1; i < width; i++) point = (point << 6) | (bytes[at + i] & 0x3f)
  return point
}
