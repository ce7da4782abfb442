import type { DatasetFormat, FileCompression } from './reader.js'

/** Takes bytes in order; the durable file behind it hashes and counts them. */
export interface ByteSink {
  write(bytes: Uint8Array): void
}

/** Rows as JSON text, one after another in `bytes`. */
export interface RowBatch {
  readonly bytes: Buffer
  readonly rows: readonly { readonly start: number; readonly end: number }[]
}

/**
 * Encodes a sequence of rows. What it writes follows from the sequence alone, not from how the rows
 * were batched. The caller owns the sink.
 */
export interface DatasetWriter {
  write(batch: RowBatch): Promise<void> | void
  /** Writes what is still held back; the writer is not used afterwards. */
  finish(): Promise<void> | void
}

export interface WriterOptions {
  readonly format: Exclude<DatasetFormat, 'text'>
  readonly compression: FileCompression
}

/** A column of a checkpoint table. */
export interface TableColumn {
  readonly name: string
  readonly isNullable: boolean
}

export type TableFormat = 'parquet' | 'arrow'
export type TableCompression = 'snappy' | 'gzip' | 'none'

/** Rows of a table of UTF-8 text columns: `columns[c][r]`; null only where the column is nullable. */
export type TableRows = readonly (readonly (Buffer | null)[])[]

/** Writes a table of text columns in batches; memory stays bounded by a batch. */
export interface TableWriter {
  write(columns: TableRows): Promise<void> | void
  finish(): Promise<void> | void
}
