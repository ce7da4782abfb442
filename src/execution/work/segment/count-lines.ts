import type { RecordBatch } from '../../../io/reader.js'

/**
 * How many lines of a slice lie behind, once a batch of it was read: `before`, and those of the batch. Blank lines behind
 * its last record count, since the lines of later slices are counted on from here.
 */
export function countLines(before: number, { raw, records }: Pick<RecordBatch, 'raw' | 'records'>): number {
  const last = records.at(-1)
  const ends = lineEndsBehindText(raw)
  return last === undefined ? before + ends : last.line + Math.max(0, ends - 1)
}

function lineEndsBehindText(bytes: Buffer): number {
  let ends = 0
  for (let at = bytes.length - 1; at >= 0 && bytes[at] <= 0x20; at--) if (bytes[at] === 10) ends++
  return ends
}
