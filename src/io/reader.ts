export type { DatasetFormat, FileCompression, Slice, Survey } from '../core/slice.js'

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
