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

/** What a file offers for cutting, learned without reading all of it. */
export type Survey =
  | { readonly kind: 'bytes'; readonly sizeBytes: number }
  | { readonly kind: 'groups'; readonly groups: readonly { readonly rows: number; readonly sizeBytes: number }[] }
  | { readonly kind: 'whole'; readonly sizeBytes: number }
