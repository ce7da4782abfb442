import { originFromRow, originToRow } from '../../core/origin.js'
import { Sample, type Stats } from '../../core/sample.js'
import { SourceText } from '../../core/source-text.js'
import { skipValue } from '../../util/json-scan.js'
import { decodeUtf8 } from '../../util/utf8.js'

/** A sample as a checkpoint keeps it: where it came from, what was measured on it, and its JSON text. */
export interface Row {
  readonly origin: string
  readonly stats: string | null
  readonly hashes: string | null
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

export function rowOf(sample: Sample): Row {
  const stats = sample.computedStats
  const { bytes, start, end } = sample.toJsonText()
  return {
    origin: originToRow(sample.origin),
    stats: stats === undefined ? null : JSON.stringify(stats),
    hashes: sample.hashes === undefined ? null : JSON.stringify(sample.hashes),
    bytes,
    start,
    end,
  }
}

/** The sample of a row, as it was when the row was written; `key` is the field that operators ask for first. */
export function sampleOf(partition: string, row: Row, key: string): Sample {
  const sample = Sample.scan(originFromRow(partition, row.origin), new SourceText(row.bytes, row.start, row.end), key)
  if (row.stats !== null) sample.adoptStats(JSON.parse(row.stats) as Stats)
  if (row.hashes !== null) sample.hashes = JSON.parse(row.hashes) as Stats
  return sample
}

const parts = {
  origin: Buffer.from('{"origin":'),
  stats: Buffer.from(',"stats":'),
  hashes: Buffer.from(',"hashes":'),
  sample: Buffer.from(',"sample":'),
}
const rowEnd = Buffer.from('}\n')

/** Writes a row as one line of JSON whose last member is the sample's own text, untouched. */
export function writeJsonlRow(row: Row, write: (bytes: Uint8Array) => void): void {
  const stats = row.stats === null ? '' : `,"stats":${row.stats}`
  const hashes = row.hashes === null ? '' : `,"hashes":${row.hashes}`
  write(Buffer.from(`{"origin":${row.origin}${stats}${hashes},"sample":`))
  write(row.bytes.subarray(row.start, row.end))
  write(rowEnd)
}

/** Reads the row in `bytes[start, end)`, a line without its line end. */
export function readJsonlRow(bytes: Buffer, start: number, end: number): Row {
  const originStart = start + parts.origin.length
  const originEnd = bytes.indexOf(0x5d, originStart) + 1
  let at = originEnd
  let stats: string | null = null
  let hashes: string | null = null
  if (startsWith(bytes, at, parts.stats)) {
    const from = at + parts.stats.length
    at = skipValue(bytes, from, end)
    stats = decodeUtf8(bytes, from, at)
  }
  if (startsWith(bytes, at, parts.hashes)) {
    const from = at + parts.hashes.length
    at = skipValue(bytes, from, end)
    hashes = decodeUtf8(bytes, from, at)
  }
  return {
    origin: decodeUtf8(bytes, originStart, originEnd),
    stats,
    hashes,
    bytes,
    start: at + parts.sample.length,
    end: end - 1,
  }
}

function startsWith(bytes: Buffer, at: number, prefix: Buffer): boolean {
  return bytes[at + 2] === prefix[2] && bytes[at + 3] === prefix[3]
}
