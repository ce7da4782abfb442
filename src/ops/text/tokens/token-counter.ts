import { getEncodingParams } from 'gpt-tokenizer/modelParams'
import { readUnits } from '../../../util/utf16.js'
import { boundedPieces } from './bounded-pieces.js'
import { CountCache } from './count-cache.js'
import { countMergedTokens } from './merge-bytes.js'
import { Vocabulary } from './vocabulary.js'

export const encodings = ['o200k_base', 'cl100k_base', 'p50k_base', 'r50k_base'] as const
export type EncodingName = (typeof encodings)[number]

/** Says how many tokens a byte-pair encoding makes of a text; names of special tokens count as plain text. */
export type CountTokens = (text: string) => number

/** Loads an encoding that ships in a package; nothing is downloaded. */
export async function loadTokenCounter(encoding: EncodingName): Promise<CountTokens> {
  const ranks = await loadRanks(encoding)
  const { tokenSplitRegex } = getEncodingParams(encoding, () => ranks)
  return tokenCounter(new Vocabulary(ranks), tokenSplitRegex)
}

function tokenCounter(vocabulary: Vocabulary, split: RegExp): CountTokens {
  const cache = new CountCache()
  const countPiece = (text: string) => {
    const units = readUnits(text)
    let sum = 0
    split.lastIndex = 0
    // Every character belongs to a match, so each match starts where the one before ended.
    for (let start = 0; split.test(text); start = split.lastIndex) {
      const end = split.lastIndex
      let count = cache.find(units, start, end)
      if (count < 0) {
        count = countMergedTokens(text.slice(start, end), vocabulary)
        cache.add(units, count)
      }
      sum += count
    }
    return sum
  }
  return text => boundedPieces(text).reduce((sum, piece) => sum + countPiece(piece), 0)
}

async function loadRanks(encoding: EncodingName) {
  switch (encoding) {
    case 'o200k_base':
      return (await import('gpt-tokenizer/bpeRanks/o200k_base')).default
    case 'cl100k_base':
      return (await import('gpt-tokenizer/bpeRanks/cl100k_base')).default
    case 'p50k_base':
      return (await import('gpt-tokenizer/bpeRanks/p50k_base')).default
    case 'r50k_base':
      return (await import('gpt-tokenizer/bpeRanks/r50k_base')).default
  }
}
