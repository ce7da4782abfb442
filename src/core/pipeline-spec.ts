import type { JsonValue } from './json.js'

/** How a worker finds a part of a pipeline again: the module that defines it, its name there, and its validated options. */
export interface PartUse {
  readonly module: string
  readonly name: string
  /** Raised when the same options give another result. */
  readonly version: string
  readonly options: Readonly<Record<string, JsonValue | PartOption>>
}

/** An option that is a part itself, such as the filter of a ScoreFilter. */
export interface PartOption {
  readonly $part: PartUse
}

/** A stage as a worker runs it. */
export interface StageUse {
  readonly name: string
  /** Undefined: it is written in the script, and runs in its process. */
  readonly part: PartUse | undefined
  readonly batchSize: number
  readonly attempts: number
  readonly retryDelayMs: number
  /** Where it writes, with what its files' names end in if other runs may have left files there. */
  readonly folder: string | undefined
  readonly tag: string | undefined
}

/** A pipeline as all its units share it. */
export interface PipelineSpec {
  readonly stages: readonly StageUse[]
  /** Where the bundle of a module lies, by its address. */
  readonly bundles: Readonly<Record<string, string>>
}

/** A task as it is written down: all of it, unless rows follow. */
export interface TaskText {
  readonly id: string
  readonly type: string
  readonly datasetName: string
  readonly metadata: Readonly<Record<string, JsonValue>>
  readonly data?: JsonValue
  /** How many rows of a DocumentBatch follow. */
  readonly rows?: number
}

/** What a source is, and what is known of the files that it reads. */
export interface SourceSpec {
  readonly id: string
  /** What names of its output begin with. */
  readonly name: string
  readonly task: TaskText
  readonly files: readonly { readonly path: string; readonly stamp: string }[]
  /** The digest of what it holds, where its stamps are those of an earlier reading. */
  readonly digest: string | undefined
}

/** What happened at one stage of a source. */
export interface StageCounts {
  readonly tasksIn: number
  readonly tasksOut: number
  readonly itemsIn: number
  readonly itemsOut: number
  /** Slots that were filtered. */
  readonly none: number
  readonly failed: number
  readonly ms: number
}

/** A slot that failed, so that its source is open. */
export interface TaskFailure {
  readonly task: string
  readonly stage: string
  readonly error: string
  readonly stack?: string
}
