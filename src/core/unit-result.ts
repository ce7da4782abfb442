import type { DecisionFigures } from './operator.js'
import type { StageCounts, TaskFailure } from './pipeline-spec.js'
import type { Counts, ExportedFile, FileRef, Piece, SliceRows, VerdictSlice } from './records.js'

/** What a segment unit (or one piece of it) made, published but not yet committed. */
export interface SegmentResult {
  readonly kind: 'segment'
  readonly partition: string
  readonly fingerprint: string
  readonly digest?: string
  readonly file?: FileRef
  readonly sliceRows: SliceRows
  readonly counts: Counts
  readonly quarantine: readonly FileRef[]
  /** The list of files that samples named and operators read, where there are any. */
  readonly filesRead?: FileRef
  readonly signature?: FileRef
  /** Signature records of each slice, where a sample has any number of them. */
  readonly signatureRows?: SliceRows
  /** For a piece: which one. */
  readonly piece?: { readonly index: number; readonly records: number; readonly bytes: number }
}

export interface DigestResult {
  readonly kind: 'digest'
  /** One for the whole input, or one a piece. */
  readonly digests: readonly string[]
}

/** A bucket is compared, and what was found stands where all look for it. */
export interface CompareResult {
  readonly kind: 'compare'
}

export interface ResolveResult {
  readonly kind: 'resolve'
  readonly file: FileRef
  readonly figures?: DecisionFigures
  readonly lines?: FileRef
  readonly slices: readonly Omit<VerdictSlice, 'signed'>[]
}

export interface ExportResult {
  readonly kind: 'export'
  /** Numbers that the format could not hold and became null. */
  readonly nulled: number
  readonly isFolder: boolean
  readonly files: readonly ExportedFile[]
}

/** The last message of a unit that is committed in pieces. */
export interface PiecesResult {
  readonly kind: 'pieces'
  readonly pieces: readonly Piece[]
}

export interface TraceResult {
  readonly kind: 'trace'
  readonly file: FileRef
}

/** What stages made of a source. Where tasks failed, nothing else of it is kept. */
export interface StagesResult {
  readonly kind: 'stages'
  /** Of the files that the source names. */
  readonly digest: string | undefined
  /** The tasks that are handed to the next stages. */
  readonly spool?: FileRef
  /** The signatures of the documents in the spool, and how many documents those are. */
  readonly signature?: FileRef
  readonly samples?: number
  /** Staged files, each with the name that it is to have. */
  readonly outputs: readonly ExportedFile[]
  readonly counts: readonly StageCounts[]
  readonly quarantine: readonly FileRef[]
  readonly failures: readonly TaskFailure[]
}

export type UnitResult =
  | SegmentResult
  | DigestResult
  | CompareResult
  | ResolveResult
  | ExportResult
  | PiecesResult
  | TraceResult
  | StagesResult

/** What a worker has in hand. Where samples are taken one at a time, also which operator has it, and how many came through before. */
export interface BatchInHand {
  readonly from: number
  readonly to: number
  readonly operator?: number
  readonly survivors?: number
}

/** How far a unit is: samples and bytes of input since it started, and the ordinals of the batch at hand. */
export interface UnitProgress {
  readonly samples: number
  readonly bytes: number
  readonly batch?: BatchInHand
}

/** Why a unit failed, in a form that survives a process boundary. */
export interface UnitError {
  readonly code: string
  readonly message: string
  /** `stop_job`: no unit can do better until the cause is gone; `fail_unit`: the others can go on; `redo_input`: a checkpoint it read is damaged. */
  readonly consequence: 'stop_job' | 'fail_unit' | 'redo_input'
  readonly path?: string
  /** The piece that was to be read past and is not what was committed. */
  readonly piece?: number
}

/**
 * Whose fault a loss may be: the `unit`'s, as workers may die of what they work on, or only that of the `place` where it ran,
 * such as a node that went away or a process that could not be started.
 */
export type Blame = 'unit' | 'place'

/** How a unit ended: done, failed for a reason that it could tell, or lost with its worker. */
export type UnitOutcome =
  | { readonly kind: 'done'; readonly result: UnitResult }
  | { readonly kind: 'failed'; readonly error: UnitError }
  | {
      readonly kind: 'lost'
      readonly blame: Blame
      readonly reason: string
      readonly progress: UnitProgress | undefined
    }
  | { readonly kind: 'stopped' }
