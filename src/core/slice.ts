import type { RowSchema } from './columns.js'

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

/** What a reader is told of a file's columns that the file does not say itself. */
export interface SliceReading {
  /** CSV: the columns that hold numbers; all others hold text. */
  readonly numbers?: readonly string[]
  /** CSV: whether a cell of those that is no number is left as text, or its row set aside. */
  readonly misfits?: 'text' | 'quarantine'
  /** Columns of bytes that hold text. */
  readonly texts?: readonly string[]
  /** Fields that the path of the file gives every sample, with their JSON text. */
  readonly constants?: readonly (readonly [name: string, json: string])[]
}

/** What a worker is handed instead of samples: a place in a file. */
export interface Slice {
  readonly path: string
  readonly format: DatasetFormat
  readonly compression: FileCompression
  readonly cut: Cut
  readonly reading?: SliceReading
}

/** What a file offers for cutting, and the types of its columns where it says them, learned without reading all of it. */
export type Survey = { readonly columns?: RowSchema } & (
  | { readonly kind: 'bytes'; readonly sizeBytes: number }
  | { readonly kind: 'groups'; readonly groups: readonly { readonly rows: number; readonly sizeBytes: number }[] }
  | { readonly kind: 'whole'; readonly sizeBytes: number }
)
