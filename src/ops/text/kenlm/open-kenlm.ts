import { statSync } from 'node:fs'
import { checkArpa, readArpa } from './arpa-file.js'
import { readBinaryHeader } from './binary-header.js'
import { LanguageModel } from './language-model.js'
import { PagedBytes } from './paged-bytes.js'
import { openProbing } from './probing-file.js'
import { openTrie } from './trie-file.js'

/**
 * Reads a language model of KenLM: a binary (probing or trie, quantized and compressed ones too), or an ARPA file; its
 * content says which, not its name.
 *
 * @throws {Error} where it is neither, or damaged
 */
export function openKenlm(path: string): LanguageModel {
  const header = readBinaryHeader(path)
  if (header === undefined) return new LanguageModel(readArpa(path))
  const bytes = PagedBytes.read(path)
  return new LanguageModel(header.kind === 'probing' ? openProbing(header, bytes) : openTrie(header, bytes))
}

/**
 * Looks at the start of a model, without reading it into memory.
 *
 * @returns the memory that it takes, about
 * @throws {Error} where it is none, or a binary that is cut short
 */
export function checkKenlm(path: string): number {
  const header = readBinaryHeader(path)
  if (header === undefined) return checkArpa(path)
  const { size } = statSync(path)
  const least = header.counts.reduce((sum, count) => sum + count, 0) * leastEntryBytes
  if (size < header.end + least)
    throw new Error(`it is cut short: it has ${size} bytes for ${header.counts.join(' + ')} n-grams`)
  return size
}

/** An n-gram takes more than this in any layout. */
const leastEntryBytes = 1
