import { profileCsv } from '../../src/io/csv/profile-csv.js'
import { readSlice } from '../../src/io/open-reader.js'
import type { DatasetFormat, FileCompression, ReadOptions, Slice, SourceRecord } from '../../src/io/reader.js'

export const defaults: ReadOptions = { batchBytes: 1 << 16, maxRecordBytes: 1 << 26, textKey: 'text' }

/** A record of a slice with its bytes copied out of the batch. */
export interface Collected {
  readonly kind: SourceRecord['kind']
  readonly line: number
  readonly offset: number
  readonly text: string
  readonly code?: string
  readonly lengthBytes?: number
}

export interface CollectedSlice {
  readonly records: Collected[]
  readonly raw: Buffer
  /** The number of records and raw bytes of each batch: equal where batches are cut alike. */
  readonly shape: readonly string[]
}

export function wholeFile(path: string, format: DatasetFormat, compression: FileCompression = 'none'): Slice {
  return { path, format, compression, cut: { kind: 'whole' } }
}

/** A slice of CSV with the types that a job would find for its columns. */
export async function withTypes(slice: Slice): Promise<Slice> {
  if (slice.format !== 'csv' && slice.format !== 'tsv') return slice
  const looks = await profileCsv(slice, 10_000)
  const numbers = [...looks].filter(([, look]) => look === 'numbers').map(([name]) => name)
  return { ...slice, reading: { numbers } }
}

/** Reads a slice to its end, copying everything. */
export async function collect(slice: Slice, options: Partial<ReadOptions> = {}): Promise<CollectedSlice> {
  const records: Collected[] = []
  const raw: Buffer[] = []
  const shape: string[] = []
  for await (const batch of readSlice(slice, { ...defaults, ...options })) {
    raw.push(Buffer.from(batch.raw))
    shape.push(`${batch.records.length}/${batch.raw.length}`)
    for (const record of batch.records) records.push(copyRecord(record, batch.bytes))
  }
  return { records, raw: Buffer.concat(raw), shape }
}

function copyRecord(record: SourceRecord, bytes: Buffer): Collected {
  const { kind, line, offset } = record
  if (record.kind === 'record') return { kind, line, offset, text: bytes.toString('latin1', record.start, record.end) }
  const { code, lengthBytes } = record
  return { kind, line, offset, text: record.bytes?.toString('latin1') ?? '', code, lengthBytes }
}
