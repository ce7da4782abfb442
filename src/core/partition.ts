import type { RowSchema } from './columns.js'
import type { DatasetFormat, FileCompression, Slice } from './slice.js'

/** An input file as it was when the dataset was listed. */
export interface InputFile {
  readonly path: string
  readonly format: DatasetFormat
  readonly compression: FileCompression
  readonly sizeBytes: number
  /** Changes whenever the file system says that the content may have: size, modification time, inode. */
  readonly stamp: string
  /** The share of its samples that a weighted mixture takes, above 0 and at most 1; 1 where there is no mixture. */
  readonly share: number
}

/** A slice of the dataset that is read, processed, committed and, after a crash, redone as one. */
export interface Partition {
  /** Names the partition in files, events and origins; follows from its slices alone. */
  readonly key: string
  readonly slices: readonly Slice[]
  /** About how much it holds, as JSON text. */
  readonly estimatedBytes: number
  /**
   * `pieces`: its one file cannot be cut and is too large for one unit, so that one worker reads it from
   * start to end and commits it in pieces, each a partition of its own.
   */
  readonly kind: 'plain' | 'pieces'
}

/** The pinned division of a dataset: made once a job, kept whatever machine resumes it. */
export interface DatasetCut {
  readonly files: readonly InputFile[]
  readonly partitions: readonly Partition[]
  /** How many bytes of JSON text a partition was meant to hold; new files are cut the same way. */
  readonly partitionBytes: number
  /** What the division was decided from, for `pawl plan`. */
  readonly reasons: readonly string[]
  /** Absent in cuts that were made before there were types. */
  readonly columns?: InputColumns
}

/** What is known of the columns of a dataset. */
export interface InputColumns {
  /** With the type that all files which say types give them. */
  readonly declared: RowSchema
  /** Columns of CSV that hold numbers. */
  readonly numbers: readonly string[]
  /** All of them, as far as the samples that were looked at have shown: what an export without rows has. */
  readonly seen: RowSchema
}

/** The `index`-th piece of a file that cannot be cut. */
export function pieceKey(partitionKey: string, index: number): string {
  return `${partitionKey}.${String(index).padStart(4, '0')}`
}
