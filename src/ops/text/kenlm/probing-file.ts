import type { BinaryHeader } from './binary-header.js'
import { HashedNgrams } from './hashed-ngrams.js'
import type { PagedBytes } from './paged-bytes.js'
import { bucketsFor, ProbingTable } from './tables.js'

/** Finds the parts of a binary of type `probing` (lm/search_hashed.hh). */
export function openProbing({ counts, multiplier, end }: BinaryHeader, bytes: PagedBytes): HashedNgrams {
  const buckets = (count: number) => bucketsFor(count, multiplier)
  const vocabulary = new ProbingTable(bytes, { start: end + 8, buckets: buckets(counts[0]), entryBytes: 12 })
  let at = vocabulary.end
  const unigrams = { bytes, start: at }
  at += (counts[0] + 1) * 8
  const middles = counts.slice(1, -1).map(count => {
    const table = new ProbingTable(bytes, { start: at, buckets: buckets(count), entryBytes: 16 })
    at = table.end
    return table
  })
  const longest = new ProbingTable(bytes, { start: at, buckets: buckets(counts[counts.length - 1]), entryBytes: 12 })
  if (longest.end > bytes.length)
    throw new Error(`it is cut short: its header tells of ${longest.end} bytes, it has ${bytes.length}`)
  return new HashedNgrams({ order: counts.length, vocabulary, unigrams, middles, longest })
}
