/** Formats that Pawl reads and writes. */
export type DatasetFormat = 'jsonl' | 'json' | 'csv' | 'tsv' | 'parquet' | 'arrow' | 'text'

export type FileCompression = 'none' | 'gzip' | 'zstd'

/**
 * A stable piece of a file: a byte range that starts and ends at line ends, a range of row groups
 * (Parquet) or record batches (Arrow), or all of a file that cannot be cut.
 */
export type Cut =
  | { readonly kind: 'bytes'; readonly start: number; readonly end: number }
  | { readonly kind: 'groups'; readonly start: number; readonly end: number }
  | { readonly kind: 'whole' }

/** What a worker is handed instead of samples: a place in a file. */
export interface Slice {
  readonly path: string
  readonly format: DatasetFormat
  readonly compression: FileCompression
  readonly cut: Cut
}

/** A record of the source, or a place where one should be and is not. Both take an ordinal. */
export type SourceRecord =
  | {
      readonly kind: 'record'
      /** Where its JSON text stands in the batch's bytes. */
      readonly start: number
      readonly end: number
      /** Line (or record number where the format has no lines), from 1, counted from the start of the slice. */
      readonly line: number
      /** Byte offset in the file, or -1 where the format has none. */
      readonly offset: number
    }
  | {
      readonly kind: 'defect'
      readonly line: number
      readonly offset: number
      readonly lengthBytes: number
      readonly code: 'not_utf8' | 'too_large' | 'not_json' | 'bad_value'
      readonly message: string
      /** The bytes themselves; absent where they are too many to carry. */
      readonly bytes?: Buffer
    }

/** Consecutive records of a slice. Its buffers are valid until the next batch is asked for. */
export interface RecordBatch {
  readonly bytes: Buffer
  /** What identifies the content: joined over all batches it is the same on every read of an unchanged slice. */
  readonly raw: Buffer
  readonly records: readonly SourceRecord[]
}

export interface ReadOptions {
  /** How many bytes of JSON text a batch holds, about; a longer record makes a longer batch. Batches of a slice are cut the same way on every read. */
  readonly batchBytes: number
  /** A record longer than this is a defect, reported by reference. */
  readonly maxRecordBytes: number
  /** The field that plain text files become. */
  readonly textKey: string
}

/** What a file offers for cutting, learned without reading all of it. */
export type Survey =
  | { readonly kind: 'bytes'; readonly sizeBytes: number }
  | { readonly kind: 'groups'; readonly groups: readonly { readonly rows: number; readonly sizeBytes: number }[] }
  | { readonly kind: 'whole'; readonly sizeBytes: number }
