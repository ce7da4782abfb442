import type { RowSchema } from '../core/columns.js'
import type { DatasetFormat, FileCompression } from './reader.js'

/** Takes bytes in order; the durable file behind it hashes and counts them. The bytes are the sink's only during the call. */
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
  /** How many numbers the format could not hold and became null. */
  readonly nulledNumbers?: number
}

export interface WriterOptions {
  readonly format: Exclude<DatasetFormat, 'text'>
  /** Of the file as a whole; Parquet and Arrow files are never compressed as a whole. */
  readonly compression: FileCompression
  /** Needed by the formats with columns: CSV, TSV, Parquet, Arrow. */
  readonly schema?: RowSchema
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

/**
 * Writes a table of text columns. Row groups follow from the sequence of rows alone, not from how they were
 * batched, and stay small, so that memory is bounded. The buffers of the rows are kept until their group is
 * written: nobody changes them afterwards.
 */
export interface TableWriter {
  write(columns: TableRows): Promise<void> | void
  finish(): Promise<void> | void
}
