import type { MaybePromise } from '../core/operator.js'
import type { Sample } from '../core/sample.js'
import { UsageError } from '../core/usage-error.js'
import type { Part, PartUse } from './parts.js'
import type { StageResult } from './result.js'
import type { FileGroupTask, Task } from './task.js'
import type { TaskId } from './task-id.js'

/** What a stage needs of a machine. A stage that asks for anything gets workers of its own. */
export interface Resources {
  /** Cores that one worker needs. */
  readonly cpus?: number
  /** GPUs that one worker needs; `workers` says how many there are to share. */
  readonly gpus?: number
  /** Megabytes that one worker may use, in place of the pipeline's `workerMemoryMb`. */
  readonly memoryMb?: number
}

/** How often a stage is asked again for a slot on which it threw. */
export interface StageRetry {
  /** Calls in all, at least 1. */
  readonly attempts: number
  /** Before the second call; doubled before each further one. */
  readonly delayMs?: number
}

/** What becomes of files that stand where a sink writes (NeMo Curator's `mode`). */
export type WriteMode =
  /** Keeps files that are there, and skips their sources. */
  | 'ignore'
  /** Refuses a folder in which others wrote anything. */
  | 'error'
  /** Takes the place of files of the same names, which are set aside. */
  | 'overwrite'
  /** Writes under names that no other run has. */
  | 'append'

/** Where a stage writes files. */
export interface StageOutput {
  /** The folder that files go to; relative paths start at the working directory. */
  readonly folder: string
  /** What becomes of files that are there. */
  readonly mode: WriteMode
  /** What all its files' names end in, where that is known before they are written, such as `jsonl`. */
  readonly extension?: string
}

/** A file under construction; it gets its name once all of its source is done. */
export interface OutputFile {
  write(chunk: string | Uint8Array): void
  /** Counts rows, for reports. */
  countRows(rows: number): void
}

/** What a stage is given for each call. */
export interface StageContext {
  /** The source that the tasks descend from. `name` is that of its one file without suffixes, else its id. */
  readonly source: { readonly id: TaskId; readonly name: string }
  /**
   * The file of a name that this source has in the stage's output folder, opened at the first call. `jsonl` becomes
   * `<source>.jsonl`, and `2.jsonl` becomes `<source>-2.jsonl`. Written exactly once, whatever happens.
   */
  output(name: string): OutputFile
  /** Puts a document in quarantine, with the reason: it is not passed on, and nothing else is lost. */
  setAside(sample: Sample, error: unknown): void
  /** A key that is the same whenever this slot is run, for requests and other effects that a crash may repeat. */
  idempotenceKey(task: Task): string
  /** Says that work goes on, where one call takes longer than the pipeline's `stallTimeoutS`. */
  progress(): void
  /** An empty folder for this source, removed afterwards. */
  scratch(): string
  /** For the stage that gives the sources: groups of files that earlier runs took, to be kept together. Made when it is asked for. */
  readonly known: readonly FileGroupTask[]
  /** False where each of `known` is one file, or a part of one: then there is nothing to be kept together. */
  readonly hasGroups?: boolean
}

/** What a stage is given once a worker. */
export interface WorkerContext {
  /** Made anew for each node, and the same for all workers on it. */
  readonly node: string
}

/** What `with` may change of a stage. */
export interface StageSettings {
  /** Names it in messages. */
  readonly name?: string
  /** Tasks that `processBatch` gets at most. */
  readonly batchSize?: number
  /** What one worker of it needs of the machine. */
  readonly resources?: Resources
  /** Workers of its own. */
  readonly workers?: number
  /** How often it is asked again for a slot on which it threw. */
  readonly retry?: StageRetry
  /** Its tasks are the sources. */
  readonly isSource?: boolean
  /** It is the end. */
  readonly isSink?: boolean
  /** False where it cannot be gone on with. */
  readonly isResumable?: boolean
}

/** What a stage does. */
export interface StageBody<In extends Task, Out extends Task> {
  /** Once a node, before any worker's `setup` there. */
  setupOnNode?(context: WorkerContext): MaybePromise<void>
  /** Once a worker. */
  setup?(context: WorkerContext): MaybePromise<void>
  /** What comes of one task: a task, several, or null for none. */
  process?(task: In, context: StageContext): MaybePromise<StageResult<Out>>
  /** One result for each task, in their order. */
  processBatch?(tasks: readonly In[], context: StageContext): MaybePromise<readonly StageResult<Out>[]>
  /** After the last task of a source. */
  endSource?(context: StageContext): MaybePromise<void>
  /** Once a worker, at its end. */
  teardown?(): MaybePromise<void>
}

/**
 * A step of a pipeline (NeMo Curator's ProcessingStage): makes tasks of tasks. Offers `process`, or `processBatch`
 * where several at once are cheaper. How tasks are batched never decides what comes of them.
 *
 * A class that extends this in a script works in the script's own process; `defineStage` makes one that workers load.
 */
export abstract class Stage<In extends Task = Task, Out extends Task = Task> implements Part, StageBody<In, Out> {
  name: string = this.constructor.name
  /** Raise it when the same options give another result: what was done before is done again. */
  version = '1'
  /** Tasks that `processBatch` gets at most. */
  batchSize = 1
  resources: Resources | undefined
  /** Workers of its own; undefined: it shares those of the pipeline. */
  workers: number | undefined
  retry: StageRetry = { attempts: 1 }
  /** Its tasks are the sources; the first stage is it by default. */
  isSource = false
  /** The last stage is it by default. */
  isSink = false
  /** False where it keeps something from task to task, so that it cannot be gone on with. */
  isResumable = true
  /** Types of task that it takes and gives; undefined: any. */
  readonly takes: readonly string[] | undefined = undefined
  readonly gives: readonly string[] | undefined = undefined
  /** Where it writes files through `context.output`. */
  readonly output: StageOutput | undefined = undefined

  /** For the compiler: what it takes and gives. */
  declare readonly types?: (task: In) => Out

  setupOnNode?(context: WorkerContext): MaybePromise<void>
  setup?(context: WorkerContext): MaybePromise<void>
  process?(task: In, context: StageContext): MaybePromise<StageResult<Out>>
  processBatch?(tasks: readonly In[], context: StageContext): MaybePromise<readonly StageResult<Out>[]>
  endSource?(context: StageContext): MaybePromise<void>
  teardown?(): MaybePromise<void>

  /** What is run of it, once a worker. */
  live(): StageBody<In, Out> {
    return this
  }

  /** Looks up what its options name, once and before any work; it may throw. */
  async prepare(): Promise<void> {}

  portable(): PartUse | undefined {
    return undefined
  }

  /** False for one that is written in the script, and works in its process alone. */
  get isPortable(): boolean {
    return this.portable() !== undefined
  }

  /** The stages that this one stands for; itself, unless it is a CompositeStage. */
  decompose(): readonly Stage[] {
    return [this as unknown as Stage]
  }

  /** The same stage with other settings; this one stays as it is. */
  with(settings: StageSettings): this {
    const copy = Object.assign(Object.create(Object.getPrototypeOf(this)) as this, this, withoutUndefined(settings))
    copy.check()
    return copy
  }

  /** @throws {UsageError} where a setting makes no sense */
  check(): void {
    const { name, batchSize, workers, retry } = this
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new UsageError(`${name}: batchSize ${batchSize} is no whole number from 1 on`)
    if (workers !== undefined && (!Number.isInteger(workers) || workers < 1))
      throw new UsageError(`${name}: workers ${workers} is no whole number from 1 on`)
    if (!Number.isInteger(retry.attempts) || retry.attempts < 1)
      throw new UsageError(`${name}: retry.attempts ${retry.attempts} is no whole number from 1 on`)
  }
}

/** Stands for several stages in a row, such as a reader that lists files and then reads them. */
export abstract class CompositeStage<In extends Task = Task, Out extends Task = Task> extends Stage<In, Out> {
  abstract override decompose(): readonly Stage[]

  /** Settings of a composite are those of its parts: `withParts` names them. */
  override with(settings: StageSettings): this {
    throw new UsageError(
      `${this.name} stands for several stages: give settings (${Object.keys(settings).join(', ')}) to each of them with withParts`,
    )
  }

  /** The same stages with settings for single ones of them, by name. */
  withParts(settings: Readonly<Record<string, StageSettings>>): CompositeStage<In, Out> {
    const parts = this.decompose()
    const unknown = Object.keys(settings).find(name => !parts.some(part => part.name === name))
    if (unknown !== undefined)
      throw new UsageError(`${this.name} has no stage ${unknown}; it has ${parts.map(({ name }) => name).join(', ')}`)
    return new FixedStages(
      this.name,
      parts.map(part => (settings[part.name] === undefined ? part : part.with(settings[part.name]))),
    )
  }
}

class FixedStages<In extends Task, Out extends Task> extends CompositeStage<In, Out> {
  constructor(
    override readonly name: string,
    readonly parts: readonly Stage[],
  ) {
    super()
  }

  override decompose(): readonly Stage[] {
    return this.parts
  }
}

function withoutUndefined(settings: StageSettings): StageSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
