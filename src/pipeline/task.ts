import type { JsonObject, JsonValue } from '../core/json.js'
import { nowhere } from '../core/origin.js'
import { Sample } from '../core/sample.js'
import { rootId, type TaskId } from './task-id.js'

/** What may be said of a task where it is made. */
export interface TaskInit {
  readonly datasetName?: string
  /** A user's own notes. They travel along: what a stage makes of the task has them too, unless it sets its own. */
  readonly metadata?: Readonly<Record<string, JsonValue>>
}

/**
 * What a pipeline's stages hand on: some data with a name for it. Ids are given by the engine, and follow from what a
 * task descends from (NeMo Curator's Task).
 */
export abstract class Task<T = unknown> {
  /** The kind of task, by which stages are checked to fit each other. */
  abstract readonly type: string
  /** Given by the engine; empty before. */
  id = '' as TaskId
  datasetName: string
  metadata: Readonly<Record<string, JsonValue>>

  constructor(
    readonly data: T,
    { datasetName = '', metadata = {} }: TaskInit = {},
  ) {
    this.datasetName = datasetName
    this.metadata = metadata
  }

  /** How many items it holds, for counts. */
  get numItems(): number {
    return 1
  }

  /** Says what is wrong with it; undefined where nothing is. Asked of what a stage returns. */
  validate(): string | undefined {
    return undefined
  }

  /** A key that tells it from its siblings whatever their order; undefined where its place among them has to do. */
  deterministicId(): string | undefined {
    return undefined
  }
}

/** Stages of one's own may load another copy of this package: a task is known by its type, not by its class. */
function isOfType(value: unknown, type: string): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === type && 'data' in value
}

/** What a pipeline begins with: the root, whose id is "0". */
export class EmptyTask extends Task<undefined> {
  readonly type = 'EmptyTask'

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfType(value, 'EmptyTask')
  }

  constructor(init?: TaskInit) {
    super(undefined, init)
    this.id = rootId
  }

  override get numItems(): number {
    return 0
  }
}

/** Any JSON value: what stages of one's own hand on where the tasks that are here do not fit. */
export class DataTask<T extends JsonValue = JsonValue> extends Task<T> {
  readonly type = 'DataTask'

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfType(value, 'DataTask')
  }

  constructor(data: T, init: TaskInit & { readonly key?: string } = {}) {
    super(data, init)
    this.#key = init.key
  }

  readonly #key: string | undefined

  override deterministicId(): string | undefined {
    return this.#key
  }
}

/** A part of a file: bytes that start and end at line ends, or lines, counted from 0. */
export type FileRange =
  | { readonly kind: 'bytes'; readonly start: number; readonly end: number }
  | { readonly kind: 'lines'; readonly start: number; readonly end: number }

/** Files that are read as one, by path; or a part of one file. */
export class FileGroupTask extends Task<readonly string[]> {
  readonly type = 'FileGroupTask'

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfType(value, 'FileGroupTask')
  }
  readonly range: FileRange | undefined
  /** The paths relative to the folder that was listed, by which sources are known wherever that folder lies; else as they are. */
  readonly places: readonly string[]

  constructor(
    paths: readonly string[],
    init: TaskInit & { readonly range?: FileRange; readonly places?: readonly string[] } = {},
  ) {
    super(paths, init)
    this.range = init.range
    this.places = init.places ?? paths
  }

  override get numItems(): number {
    return this.data.length
  }

  override validate(): string | undefined {
    if (this.data.length === 0) return 'it names no file'
    return this.range !== undefined && this.data.length > 1 ? 'a range is one of a single file' : undefined
  }
}

/** Documents, as rows or as columns; each form is made of the other where it is asked for. */
export class DocumentBatch extends Task<readonly Sample[]> {
  readonly type = 'DocumentBatch'

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfType(value, 'DocumentBatch')
  }
  #rows: readonly JsonObject[] | undefined

  /** Takes samples, or rows as plain values. */
  constructor(documents: readonly (Sample | JsonObject)[], init?: TaskInit) {
    super(documents.map(asSample), init)
  }

  /** Makes a batch of columns of equal length. */
  static fromColumns(columns: Readonly<Record<string, readonly JsonValue[]>>, init?: TaskInit): DocumentBatch {
    const names = Object.keys(columns)
    const length = names.length === 0 ? 0 : columns[names[0]].length
    const other = names.find(name => columns[name].length !== length)
    if (other !== undefined)
      throw new TypeError(`column ${other} has ${columns[other].length} values, ${names[0]} has ${length}`)
    const rows = Array.from({ length }, (_, row) => Object.fromEntries(names.map(name => [name, columns[name][row]])))
    return new DocumentBatch(rows, init)
  }

  /** The documents as they are held: each keeps its source text, and parses only what is asked for. */
  get samples(): readonly Sample[] {
    return this.data
  }

  /** The documents as plain values. Never change them in place: make a batch with `withRows`. */
  get rows(): readonly JsonObject[] {
    this.#rows ??= this.data.map(({ value }) => value)
    return this.#rows
  }

  /** The documents field by field; null where a document lacks one. */
  get columns(): Readonly<Record<string, readonly JsonValue[]>> {
    const names = new Set(this.rows.flatMap(row => Object.keys(row)))
    return Object.fromEntries([...names].map(name => [name, this.rows.map(row => row[name] ?? null)]))
  }

  override get numItems(): number {
    return this.data.length
  }

  /** A batch of other documents under the same name and metadata. */
  withRows(documents: readonly (Sample | JsonObject)[]): DocumentBatch {
    return new DocumentBatch(documents, { datasetName: this.datasetName, metadata: this.metadata })
  }
}

function asSample(document: Sample | JsonObject): Sample {
  // A sample may come from another copy of this package, as stages of one's own import it.
  return 'toJsonText' in document && typeof document['toJsonText'] === 'function'
    ? (document as Sample)
    : Sample.of(document as JsonObject, nowhere)
}

/** A slot of a result that holds no task to go on with. Carries no payload, and never reaches the next stage. */
export abstract class SentinelTask extends Task<undefined> {
  constructor(init?: TaskInit) {
    super(undefined, init)
  }

  override get numItems(): number {
    return 0
  }
}

/** Filtered on purpose: the slot is consumed. */
export class NoneTask extends SentinelTask {
  readonly type = 'NoneTask'

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfType(value, 'NoneTask')
  }
}

/** The slot failed: its source stays open, and is run again by the next run. */
export class FailedTask extends SentinelTask {
  readonly type = 'FailedTask'

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfType(value, 'FailedTask')
  }

  constructor(
    readonly error: unknown,
    init?: TaskInit,
  ) {
    super(init)
  }
}
