import type { z } from 'zod'
import type { FileRead } from './files-read.js'
import type { JsonObject } from './json.js'
import type { Sample, Stats } from './sample.js'
import type { StopSignal } from './stop-signal.js'

export type OperatorKind = 'mapper' | 'filter' | 'deduplicator' | 'selector' | 'grouper' | 'aggregator'

/** What an operator is given beside its own parameters. */
export interface OperatorContext {
  /** The field that holds the text: the operator's `text_key`, or the first of the recipe's `text_keys`. */
  readonly textKey: string
  /** Seed of every random choice; combine it with the operator's name and the sample's origin. */
  readonly seed: number
  /** Ends a call that waits for something outside, such as a request. */
  readonly signal?: StopSignal
  /** The folder that relative paths in samples start at. Default: the working directory. */
  readonly mediaDir?: string
}

/** A value, or a promise of one. */
export type MaybePromise<T> = T | Promise<T>

/** What a mapper makes of one sample: nothing returned, the same sample (perhaps changed in place); an array, these instead. */
// biome-ignore lint/suspicious/noConfusingVoidType: lets a mapper that changes samples in place return nothing
export type MapResult = void | readonly Sample[]

/** A file that an operator reads a model from. Operators that name the same path share what was read. */
export interface ModelFile {
  readonly path: string
  /** What it takes in the memory of a worker, about. */
  readonly memoryBytes: number
}

/** What operators of all kinds may offer. */
export interface OperatorBase {
  /**
   * A digest of what the operator reads beside samples and parameters, such as word lists. It is part of the
   * fingerprint: where it differs from the last run's, checkpoints behind the operator are redone.
   */
  readonly identity?: string
  /** Files whose content it keeps in the memory of every worker; their size is added to what a worker may use. */
  readonly models?: readonly ModelFile[]
  /** The files that samples named and that it read, or looked for in vain, since this was last called: work is redone where one has changed. */
  takeFilesRead?(): readonly FileRead[]
  dispose?(): MaybePromise<void>
}

/**
 * Changes samples, or makes several (or none) of one. Offers `map`, or `mapBatch` where many at once are
 * cheaper; a batch answers slot by slot, and a batch that throws is halved until the culprit stands alone.
 */
export interface Mapper extends OperatorBase {
  readonly kind: 'mapper'
  map?(sample: Sample): MaybePromise<MapResult>
  mapBatch?(samples: readonly Sample[]): MaybePromise<readonly MapResult[]>
  /** How many samples of a batch may be under way at once; 1 unless `map` waits for something outside. */
  readonly concurrency?: number
}

/** Measures a sample into its statistics, then decides on them alone whether it stays. */
export interface Filter extends OperatorBase {
  readonly kind: 'filter'
  /** Adds this filter's keys to `sample.stats`; a statistic that is already there is left as it is. */
  computeStats?(sample: Sample): MaybePromise<void>
  keep(sample: Sample): boolean
  readonly concurrency?: number
}

/** The signatures of one partition, in the order of its samples. */
export interface SignatureRun {
  readonly partitionIndex: number
  /** Signature records, one after the other. Valid until the next run is asked for. */
  readonly records: Uint8Array
  /** The number of the first record in its partition, which is its sample's where each sample has one. */
  readonly firstRow: number
}

/** Figures of decisions that the end of a run tells. */
export type DecisionFigure = 'clusters' | 'largest_cluster' | 'short_texts_spared'
export type DecisionFigures = { readonly [K in DecisionFigure]?: number }

/** What a barrier is given to decide on the whole dataset. */
export interface ResolveContext {
  /** All signatures in the order of the input; those of a partition may come in several runs. May be asked for again. */
  signatures(): AsyncIterable<SignatureRun> | Iterable<SignatureRun>
  readonly totalRecords: number
  readonly totalSamples: number
  readonly partitionCount: number
  /** Memory that the decision may use; what needs more goes to `scratchDir`. */
  readonly memoryBytes: number
  /** An empty folder that is removed afterwards. */
  readonly scratchDir: string
  /** What `comparison` found in all buckets, each piece some findings; undefined where there was too little to cut into buckets. */
  findings?(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** To be called now and then by a decision that takes long: a worker that tells nothing is taken for stuck. */
  progress?(): void
  /** Drops the `row`-th sample of a partition. Any order; at most once a sample. */
  drop(partitionIndex: number, row: number): void
  /** Notes a figure of the decision for the end of the run, such as how many clusters there are. */
  note?(name: DecisionFigure, count: number): void
  /** Appends a line to a file of the job that belongs to the decision, such as a cluster. */
  writeLine?(value: JsonObject): void
  /** The files that the slices of a partition were read from, to name samples by. */
  pathsOf?(partitionIndex: number): readonly string[]
  /**
   * Gives a partition bytes that `edit` reads when its samples are taken on, behind those that it was given before.
   * Partitions must come in ascending order; what each gets is written at once.
   */
  give(partitionIndex: number, bytes: Uint8Array): void
}

/** As much as a decision needs that only drops samples with one record each. */
export type DropContext = Omit<ResolveContext, 'give' | 'totalSamples' | 'partitionCount'>

/** What a comparison sees: all signatures, of which it looks after those of one bucket. */
export interface CompareContext
  extends Pick<ResolveContext, 'signatures' | 'totalRecords' | 'memoryBytes' | 'scratchDir' | 'progress'> {
  readonly bucket: number
  readonly buckets: number
  /** Notes something that `resolve` has to know; it is copied at once. */
  find(finding: Uint8Array): void
}

/**
 * The part of a decision that falls into buckets which have nothing to do with each other, such as those of equal hashes.
 * Many workers then take part in it, and what a bucket gave is kept if the decision is interrupted. From the findings of
 * all buckets, `resolve` must decide as it does without them, however many buckets there are.
 */
export interface Comparison {
  /** Bytes of a finding. */
  readonly findingBytes: number
  compare(context: CompareContext): MaybePromise<void>
}

/** What `resolve` gave a partition, read from its start on. */
export interface Payload {
  readonly sizeBytes: number
  /** The next bytes, as many as are asked for. */
  next(length: number): Uint8Array
}

/** Changes a sample that stays: the `row`-th of its partition. Samples come in ascending order. */
export type Edit = (sample: Sample, row: number) => void

/**
 * An operator that needs all partitions before it can decide. `sign` writes one fixed-width record a
 * sample, or `signMany` any number of them; `resolve` reads all records, in bounded memory, and says which samples go,
 * and what the others are edited by. Ties go to the earliest sample in input order.
 */
export interface Barrier extends OperatorBase {
  readonly kind: 'barrier'
  readonly recordBytes: number
  /** Writes the signature of a sample to `record[offset, offset + recordBytes)`. */
  sign?(sample: Sample, record: Uint8Array, offset: number): void
  /** In place of `sign`: the records of the `row`-th sample of its partition, which are copied at once. */
  signMany?(sample: Sample, row: number): Uint8Array
  resolve(context: ResolveContext): MaybePromise<void>
  readonly comparison?: Comparison
  /** Opens what `resolve` gave to a partition; asked for where it gave something. */
  edit?(payload: Payload): Edit
}

export type Operator = Mapper | Filter | Barrier

/** Where a filter's bounds stand, for `pawl analyze`: the statistic, and the parameters that bound it. */
export interface Threshold {
  readonly stat: string
  readonly min?: string
  readonly max?: string
}

/** Parameters that a user would set, and what the operator does with them. A test holds shipped ones true. */
export interface Example<Case> {
  readonly params: JsonObject
  readonly cases: readonly Case[]
}

/** A sample and the samples that a mapper makes of it, each by the fields that differ from `before`. */
export interface MapperCase {
  readonly before: JsonObject
  readonly after: readonly JsonObject[]
}

/** What a filter measures on a sample, and whether the sample stays. */
export interface FilterCase {
  readonly sample: JsonObject
  readonly stats: Stats
  readonly kept: boolean
}

/** Samples, and the indices of those that stay. */
export interface DeduplicatorCase {
  readonly samples: readonly JsonObject[]
  readonly kept: readonly number[]
}

/** Samples, and what becomes of all of them. */
export interface DatasetCase {
  readonly samples: readonly JsonObject[]
  readonly result: readonly JsonObject[]
}

export type OperatorExample = Example<MapperCase | FilterCase | DeduplicatorCase | DatasetCase>

/** All that Pawl knows of an operator without building it. Made by `defineMapper` and its siblings. */
export interface OperatorDefinition {
  readonly kind: OperatorKind
  readonly name: string
  /** Raised when the same parameters would give another result: checkpoints behind the operator are then redone. */
  readonly version: string
  readonly summary: string
  /** Own and base parameters, strict: unknown names are errors. */
  readonly params: z.ZodObject
  /** Keys that the operator adds to a sample's statistics. */
  readonly stats: readonly string[]
  readonly thresholds: readonly Threshold[]
  /** False where the same input may give another output; a checkpoint then follows under every strategy. */
  readonly deterministic: boolean
  /** True where the recipe's seed may decide: another seed then is another result. */
  readonly usesSeed?: boolean
  /** What takes the place of something that the parameters ask for, where that is not here. */
  substitute?(params: Readonly<Record<string, unknown>>): string | undefined
  /** Why these parameters can work for no sample, where they cannot; asked before any work. */
  refuse?(params: Readonly<Record<string, unknown>>): MaybePromise<string | undefined>
  /** For `pawl ops NAME` and the operator reference. */
  readonly example?: OperatorExample
  create(params: Readonly<Record<string, unknown>>, context: OperatorContext): MaybePromise<Operator>
}

/** True for operators that need the whole dataset: deduplicators, selectors, groupers, aggregators. */
export function isBarrier(definition: Pick<OperatorDefinition, 'kind'>): boolean {
  return definition.kind !== 'mapper' && definition.kind !== 'filter'
}

/** An operator of Data-Juicer that Pawl knows by name but does not run. */
export interface UnsupportedOperator {
  readonly name: string
  /** Whether it is to be supported one day. */
  readonly status: 'planned' | 'absent'
  readonly reason: string
  /** What a recipe that names it is told. */
  readonly message: string
}

/** The operators that recipes may name. Definitions are loaded when first asked for. */
export interface OperatorCatalog {
  readonly names: readonly string[]
  readonly unsupported: ReadonlyMap<string, UnsupportedOperator>
  has(name: string): boolean
  load(name: string): Promise<OperatorDefinition>
}
