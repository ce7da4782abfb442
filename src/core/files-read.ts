import type { FileRef } from './records.js'

/** A file that a sample names and an operator read. */
export interface FileRead {
  /** As the sample names it. */
  readonly path: string
  /**
   * Its size, times of modification and change in nanoseconds and inode, with `-` between them, before it was read; `absent`
   * where there was no such file.
   */
  readonly stamp: string
}

/** The files that samples named and operators read on the way to a point: a list of paths and stamps. */
export interface FilesReadRecord {
  readonly kind: 'files_read'
  /** That of the point. */
  readonly fingerprint: string
  /** The partition of the cut, also where the point is that of a piece. */
  readonly partition: string
  /** The partition's round at that time. */
  readonly round: string
  readonly file: FileRef
}

/** Files that a partition's samples name are no longer what was read: what was made of it before counts no more. */
export interface RoundRecord {
  readonly kind: 'round'
  readonly partition: string
  /** Differs from all earlier ones, and is part of all fingerprints of the partition. */
  readonly round: string
}
