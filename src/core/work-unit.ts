import type { Roots } from '../util/roots.js'
import type { RowSchema } from './columns.js'
import type { ModelFile } from './operator.js'
import type { PipelineSpec, SourceSpec } from './pipeline-spec.js'
import type { FileRef, Piece, PointRecord, RowEncoding, VerdictSlice } from './records.js'
import type { DatasetFormat, FileCompression, Slice } from './slice.js'

/** An operator as a recipe uses it, with its place in the fingerprint chain. */
export interface OperatorUse {
  readonly name: string
  /** Parameters as validated, defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>
  /** The same with paths below named roots as they are put on record, where there are roots. */
  readonly recordedParams?: Readonly<Record<string, unknown>>
  readonly version: string
  /** The field that it takes for the text. */
  readonly textKey: string
  /** A digest of what the operator reads beside samples and parameters; undefined where there is nothing. */
  readonly identity?: string
  /** The recipe's seed, where the operator may draw from it. */
  readonly seed?: number
  /** The field that its statistics are told apart by, where an operator before it measures the same ones on another. */
  readonly statsField?: string
  /** Files that it keeps in the memory of every worker. */
  readonly models?: readonly ModelFile[]
  /** It reads files that samples name. */
  readonly readsFiles?: true
  readonly isBarrier: boolean
  /** A barrier that compares signatures in buckets. */
  readonly compares?: true
  readonly isDeterministic: boolean
  /** A filter of an analysis: it measures samples and drops none. */
  readonly onlyMeasures?: true
}

/** An operator that is known by roots, where paths among its parameters lie below some. */
export function knownByRoots(operator: OperatorUse, roots: Roots): OperatorUse {
  return roots.isEmpty ? operator : { ...operator, recordedParams: roots.allRecorded(operator.params) }
}

/** What becomes of a sample that an operator fails on. */
export type ErrorPolicy = 'quarantine' | 'fail' | 'skip'

/** What becomes of numbers that are not finite in the input. */
export type NanPolicy = 'keep' | 'null' | 'refuse'

/** What every unit of a job shares; handed to a worker once. */
export interface JobSpec {
  /** Names the coordinator's process in the names of all temporary files. */
  readonly writer: string
  readonly jobId: string
  readonly jobDir: string
  readonly checkpointDir: string
  readonly partitionDir: string
  readonly operators: readonly OperatorUse[]
  /** Bundled modules with the user's own operators. */
  readonly customModules: readonly string[]
  readonly textKeys: readonly string[]
  /** The folder that relative paths in samples start at. */
  readonly mediaDir: string
  readonly seed: number
  readonly onError: ErrorPolicy
  readonly maxSampleBytes: number
  readonly batchBytes: number
  readonly storage: RowEncoding
  readonly keepHashes: boolean
  readonly nan: NanPolicy
  /** The stages, where the job is a pipeline. */
  readonly pipeline?: PipelineSpec
}

/** A sample that is not to be processed again, because it killed workers. */
export interface Condemned {
  readonly ordinal: number
  readonly message: string
}

/** Slices of the source, with what is known of their content. */
export interface SourceInput {
  readonly kind: 'source'
  readonly slices: readonly Slice[]
  readonly stamps: readonly string[]
  readonly shares: readonly number[]
}

/** A committed point, without the rows that a barrier dropped. */
export interface PointInput {
  readonly kind: 'point'
  readonly point: PointRecord
  readonly verdict?: { readonly path: string; readonly slice: VerdictSlice }
}

interface UnitBase {
  readonly id: string
  /** In the names of all that the unit writes, so that no two attempts share a name. */
  readonly attempt: string
}

/** Operators `[fromOp, toOp)` over one partition. */
export interface SegmentUnit extends UnitBase {
  readonly kind: 'segment'
  readonly partition: string
  /** The slices that the partition's samples came from, to name files in quarantine. */
  readonly slices: readonly Slice[]
  readonly input: SourceInput | PointInput
  readonly fromOp: number
  readonly toOp: number
  /** Fingerprint of the point that the unit makes, or what it is made of together with the digest of the input. */
  readonly fingerprint:
    | { readonly kind: 'known'; readonly value: string }
    | { readonly kind: 'of_digest'; readonly readerLink: string; readonly links: readonly string[] }
  readonly encoding: RowEncoding
  /** The barrier whose signatures the unit also writes, by position in the recipe. */
  readonly signs?: { readonly operator: number; readonly link: string }
  /** Only signatures are missing: the point itself is committed. */
  readonly signsOnly?: boolean
  /** Where a copy of the partition's input goes, if the recipe wants one. */
  readonly copyInput?: boolean
  readonly pieces?: { readonly bytes: number; readonly done: readonly PieceState[] }
  /** The unit reads the first samples of the job, which end it where all of them are set aside and not as large a share may be. */
  readonly maxQuarantineRatio?: number
  /** Process one sample at a time in this range of ordinals and announce each, to find the one that kills. */
  readonly suspects?: { readonly from: number; readonly to: number }
  readonly condemned: readonly Condemned[]
}

/** A piece that an earlier read of the file found, and whether its output is committed. */
export interface PieceState extends Piece {
  readonly isCommitted: boolean
}

/** Digests of input whose stamp changed, to learn whether its content did. */
export interface DigestUnit extends UnitBase {
  readonly kind: 'digest'
  readonly partition: string
  readonly input: SourceInput
  /** Digests piece by piece, each so many bytes long, of a file that is committed in pieces. */
  readonly pieces?: readonly number[]
}

/** Rows of one part of many, in the order in which all parts are read together. */
export interface RowRun {
  /** Which of the points or signatures. */
  readonly index: number
  readonly rows: number
}

/** What a barrier decides on: the signatures of all partitions. */
interface BarrierUnit extends UnitBase {
  readonly operator: number
  /** Of the decision. */
  readonly fingerprint: string
  readonly signatures: readonly { readonly partition: string; readonly file: FileRef; readonly samples?: number }[]
  /** The order of the input, in which ties are decided. */
  readonly runs: readonly RowRun[]
  readonly memoryBytes: number
}

/** One of the buckets of a barrier's decision. */
export interface Bucket {
  readonly operator: number
  readonly fingerprint: string
  readonly bucket: number
  readonly buckets: number
}

/** The comparison of one bucket of signatures, before the decision. */
export interface CompareUnit extends BarrierUnit, Bucket {
  readonly kind: 'compare'
}

/** A barrier's decision over the signatures of all partitions. */
export interface ResolveUnit extends BarrierUnit {
  readonly kind: 'resolve'
  /** Paths of the slices of each partition. */
  readonly paths: readonly (readonly string[])[]
  /** Into how many buckets signatures were compared; 1 where the decision compares them itself. */
  readonly buckets: number
}

/** Finished partitions, in order, into the user's export, staged beside its final place. */
export interface ExportUnit extends UnitBase {
  readonly kind: 'export'
  readonly points: readonly PointRecord[]
  /** The order of the input, which is that of the export. */
  readonly runs: readonly RowRun[]
  readonly target: string
  /** The file or folder to write, beside the target. */
  readonly staged: string
  readonly format: Exclude<DatasetFormat, 'text'>
  readonly compression: FileCompression
  readonly shardBytes: number
  readonly keepStats: boolean
  /** What is known of the columns from the input; absent for formats without columns. */
  readonly columns?: { readonly declared: RowSchema; readonly seen: RowSchema }
  readonly keepHashes: boolean
}

/** What is traced, and how many samples are run again for it at most. */
export interface TraceSettings {
  /** Positions of the operators. */
  readonly operators: readonly number[]
  readonly keys: readonly string[]
  /** Examples of an operator. */
  readonly count: number
  /** Samples of the partition that are traced: those with the smallest keyed hash of their origin. */
  readonly samples: number
}

/** A partition, or a piece of one, whose samples are traced: what stands behind each of its barriers. */
export interface TracePart {
  readonly partition: string
  /** The ordinals of its records, of those that the input has. */
  readonly from: number
  readonly to: number
  /** Samples that were set aside, and are not run again. */
  readonly quarantine: readonly FileRef[]
  readonly barriers: readonly {
    readonly operator: number
    /** What the barrier decided on; undefined where it is no longer kept. */
    readonly input: PointInput | undefined
  }[]
}

/** Runs the traced samples of a partition once more, and writes down what becomes of them. */
export interface TraceUnit extends UnitBase {
  readonly kind: 'trace'
  readonly partition: string
  readonly input: SourceInput
  readonly parts: readonly TracePart[]
  readonly settings: TraceSettings
}

/** Stages `[from, to)` of a pipeline over one source and all that descends from it. */
export interface StagesUnit extends UnitBase {
  readonly kind: 'stages'
  /** The source. */
  readonly partition: string
  readonly source: SourceSpec
  /** Which of the pipeline's pools of workers runs it. */
  readonly pool: number
  readonly input: { readonly kind: 'task' } | { readonly kind: 'spool'; readonly file: FileRef }
  readonly from: number
  readonly to: number
  /** Only says what the source holds. */
  readonly digestOnly?: boolean
  /** The barrier that stands at `from`, by its place among the job's operators, and what it decided for the source. */
  readonly applies?: { readonly operator: number; readonly verdict: NonNullable<PointInput['verdict']> }
  /** The barrier that stands at `to`, whose signatures the unit also writes. */
  readonly signs?: number
}

export type WorkUnit = SegmentUnit | DigestUnit | CompareUnit | ResolveUnit | ExportUnit | TraceUnit | StagesUnit
