import type { FilesReadRecord, RoundRecord } from './files-read.js'
import type { DecisionFigures } from './operator.js'
import type { StageCounts, TaskFailure } from './pipeline-spec.js'
/** A file of the job directory that the ledger vouches for; `path` is relative to the job directory. */
export interface FileRef {
  readonly path: string
  readonly sizeBytes: number
  readonly checksum: string
  readonly rows: number
}

/** How many rows came of each slice of a partition, in the order of its slices. */
export type SliceRows = readonly number[]

/** How a checkpoint's rows are encoded. */
export interface RowEncoding {
  readonly format: 'jsonl' | 'parquet' | 'arrow'
  readonly compression: 'snappy' | 'gzip' | 'none'
}

/** What one operator did to the samples of a partition. */
export interface OperatorCounts {
  /** Samples that came to it. */
  readonly in: number
  /** Samples that it left. */
  readonly out: number
  /** Samples that a mapper edited, or put others in the place of. */
  readonly changed: number
  /** Samples that it failed on. */
  readonly quarantined: number
  /** Time of workers; a barrier's is that of its signatures. */
  readonly ms: number
}

/** What happened to a partition's samples from its input up to a point. */
export interface Counts {
  /** Records of the input. */
  readonly read: number
  /** Bytes of the input, after decompression. */
  readonly bytes: number
  /** Lines of each slice, so that a later partition of the same file can name absolute lines. */
  readonly lines: readonly number[]
  /** Records left out by the weights of a mixture. */
  readonly notTaken: number
  /** Places of the source that held no valid record; in quarantine, like the samples that an operator failed on. */
  readonly defects: number
  /** Time of workers that went into reading, beside the operators. */
  readonly readMs: number
  /** The same for writing checkpoints and finished partitions. */
  readonly writeMs: number
  /** Numbers that were not finite and became null, in statistics and by `nan: null`; absent where there were none. */
  readonly nulled?: number
  /** By position in the recipe; shorter than the recipe where later operators have not run. */
  readonly operators: readonly OperatorCounts[]
}

/** A partition's samples after the first `opsDone` operators: a checkpoint, or the finished partition. */
export interface PointRecord {
  readonly kind: 'point'
  readonly fingerprint: string
  readonly partition: string
  readonly opsDone: number
  readonly file: FileRef
  readonly sliceRows: SliceRows
  readonly encoding: RowEncoding
  readonly counts: Counts
  /** All quarantine files on the way from the input to here. */
  readonly quarantine: readonly FileRef[]
  /** Link of the barrier that could not sign samples, which are therefore not in the point: it serves where that barrier follows. */
  readonly unsignedBy?: string
}

/** The signatures that a barrier made of a point's samples, in their order. */
export interface SignatureRecord {
  readonly kind: 'signature'
  readonly fingerprint: string
  readonly partition: string
  readonly file: FileRef
  /** Records of each slice. */
  readonly sliceRows: SliceRows
  /** Samples that were signed, where they are not as many as the records. */
  readonly samples?: number
  /** Checksum of the point that was signed: a decision names rows by number, which mean nothing in any other. */
  readonly pointChecksum: string
}

/** A partition's share of what a barrier decided: the rows it drops, ascending, as little-endian 32-bit numbers. */
export interface VerdictSlice {
  readonly partition: string
  readonly offset: number
  readonly dropped: number
  /** Bytes by which samples that stay are edited; absent where there are none. */
  readonly payload?: { readonly offset: number; readonly sizeBytes: number; readonly digest: string }
  /** Of all that the slice consists of. */
  readonly digest: string
  /** Checksum of the signatures that were decided on: its rows are those of the point that was signed, and of no other. */
  readonly signed: string
}

export interface VerdictRecord {
  readonly kind: 'verdict'
  readonly fingerprint: string
  readonly file: FileRef
  /** Absent where there are none. */
  readonly figures?: DecisionFigures
  /** What was written beside the decision, relative to the job directory. */
  readonly lines?: FileRef
  readonly slices: readonly VerdictSlice[]
}

/** What a partition's input held when it was read; trusted as long as the stamps are the same. */
export interface InputRecord {
  readonly kind: 'input'
  readonly partition: string
  readonly stamps: readonly string[]
  readonly digest: string
}

/** A stretch of a file that cannot be cut, as long as its `bytes` say, whoever reads it and whatever else is known. */
export interface Piece {
  readonly digest: string
  /** Records that end in it, and bytes of the decompressed file. */
  readonly records: number
  readonly bytes: number
}

/** The pieces that a file which cannot be cut fell into; complete once its end was seen. */
export interface PiecesRecord {
  readonly kind: 'pieces'
  readonly partition: string
  readonly stamp: string
  readonly pieces: readonly Piece[]
  readonly isComplete: boolean
}

/** A file of the user's export: where it was staged, where it goes, and what it must hold. */
export interface ExportedFile {
  readonly path: string
  readonly staged: string
  readonly sizeBytes: number
  readonly checksum: string
  readonly rows: number
  /** Stamp once it stands under its name. */
  readonly stamp?: string
}

/** `intent` is recorded before the first rename, `done` after the last. */
export interface ExportRecord {
  readonly kind: 'export'
  readonly state: 'intent' | 'done'
  /** Number of the lease under which it was recorded: what the holder of an earlier one records late does not hold. */
  readonly fence?: number
  /** Fingerprint of all that the export follows from. */
  readonly fingerprint: string
  readonly target: string
  readonly isFolder: boolean
  readonly files: readonly ExportedFile[]
  /** What happened to all samples, kept because retention may remove the points that say so. */
  readonly counts: Counts
  readonly quarantined: number
  /** The quarantine report that belongs to it, as long as samples were set aside. */
  readonly report?: FileRef
  /** Where what stood at the target is moved before the export takes its name, until it is known whose it is. */
  readonly displaced?: string
  /** What stood at the target when this was recorded, if it was an export of this job: it may be replaced. */
  readonly previous?: ExportRecord
}

/** What operators do to the traced samples of a partition, one line an example. */
export interface TraceRecord {
  readonly kind: 'trace'
  /** Fingerprint of the finished partition, and of what is traced. */
  readonly fingerprint: string
  readonly file: FileRef
}

/** A partition that one of the processes on a job could not bring on; it holds for the epoch in which it happened. */
export interface FailureRecord {
  readonly kind: 'failure'
  readonly epoch: number
  readonly partition: string
  readonly code: string
  readonly message: string
}

/** What stages of a pipeline made of a source. At the last stage it is the intent to put its outputs in place. */
export interface StagesRecord {
  readonly kind: 'stages'
  readonly fingerprint: string
  readonly source: string
  readonly attempt: string
  /** Stages done. */
  readonly done: number
  readonly spool?: FileRef
  /** Of the documents in the spool, where a barrier follows; and how many documents those are. */
  readonly signature?: FileRef
  readonly samples?: number
  readonly outputs: readonly ExportedFile[]
  readonly counts: readonly StageCounts[]
  readonly quarantine: readonly FileRef[]
}

/** A source is complete, and these files of it stand: the manifest of what a pipeline put in its users' folders. */
export interface PlacedRecord {
  readonly kind: 'placed'
  readonly source: string
  /** Of the last stage. */
  readonly fingerprint: string
  /** Of what the source holds and of all stages, without what barriers decided. */
  readonly chain: string
  readonly files: readonly ExportedFile[]
}

/** Tasks of a source failed, so that it is open. */
export interface OpenSourceRecord {
  readonly kind: 'open_source'
  readonly source: string
  readonly epoch: number
  /** Of what was tried: stages and input. */
  readonly tried: string
  /** How often, in a row. */
  readonly attempts: number
  readonly failures: readonly TaskFailure[]
}

export type LedgerRecord =
  | PointRecord
  | SignatureRecord
  | VerdictRecord
  | FilesReadRecord
  | RoundRecord
  | InputRecord
  | PiecesRecord
  | ExportRecord
  | TraceRecord
  | FailureRecord
  | StagesRecord
  | PlacedRecord
  | OpenSourceRecord

export const noCounts: Counts = {
  read: 0,
  bytes: 0,
  lines: [],
  notTaken: 0,
  defects: 0,
  readMs: 0,
  writeMs: 0,
  operators: [],
}
