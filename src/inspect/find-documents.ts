import { resolve } from 'node:path'
import type { MaybePromise } from '../core/operator.js'
import { nowhere } from '../core/origin.js'
import type { SourceSpec } from '../core/pipeline-spec.js'
import type { Sample } from '../core/sample.js'
import { UnitFailure } from '../execution/protocol/unit-failure.js'
import { countLines } from '../execution/work/segment/count-lines.js'
import { formatOfName } from '../io/listing/formats.js'
import { readSlice } from '../io/open-reader.js'
import { taskOf } from '../pipeline/run/task-text.js'
import { DocumentBatch, FileGroupTask, type Task } from '../pipeline/task.js'
import { type Carried, copyOf } from './carried.js'
import { openDecision } from './open-decision.js'
import { OneStage, only } from './run-one-stage.js'
import { sharedUntil, type TracedPipeline } from './traced-pipeline.js'

/** A document as a stage gave it, in its batch. */
export interface FoundDocument {
  readonly source: SourceSpec
  readonly carried: Carried
  readonly sample: Sample
  readonly file: string
  /** Undefined where a stage made it, so that it stands in no file. */
  readonly line: number | undefined
  /** Stages that are behind it. */
  readonly done: number
}

/** How a document is known, and how far it is looked for. */
export interface Look {
  /** True for a document that is looked for. */
  matches(sample: Sample, file: string, line: number | undefined): boolean
  /** Takes what is found, and says whether it is looked further. */
  take(found: FoundDocument): MaybePromise<boolean>
  /** Behind the first stage that gives documents, or behind those after it. */
  readonly where: 'read' | 'made'
}

/** Runs a source through its first stages again, and looks among the documents that come. */
export async function findDocuments(pipeline: TracedPipeline, source: SourceSpec, look: Look): Promise<void> {
  const root = taskOf(source.task)
  const base = look.where === 'read' ? await linesBefore(root) : 0
  await using walk = new Walk(pipeline, source, { look, root, base })
  await walk.go()
}

interface Searching {
  readonly look: Look
  readonly root: Task
  readonly base: number
}

class Walk implements AsyncDisposable {
  readonly #stages: OneStage[] = []
  readonly #names: readonly string[]
  /** Stages done where the first documents came. */
  #first = Number.POSITIVE_INFINITY
  #isDone = false

  constructor(
    readonly pipeline: TracedPipeline,
    readonly source: SourceSpec,
    readonly searching: Searching,
  ) {
    const { root } = searching
    this.#names = root instanceof FileGroupTask ? root.data : source.files.map(({ path }) => path)
  }

  async go(): Promise<void> {
    const { stages } = this.pipeline.spec
    let tasks = this.#watched(only(this.searching.root), 0)
    for (let index = 0; index < stages.length; index++) tasks = this.#watched(this.#behind(tasks, index), index + 1)
    for await (const _ of tasks) if (this.#isDone) break
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stage of this.#stages) await stage[Symbol.asyncDispose]()
  }

  /** Tasks as they pass a place. Behind the first documents none is passed on where it is not looked further. */
  async *#watched(tasks: AsyncIterable<Task>, done: number): AsyncGenerator<Task> {
    const { where } = this.searching.look
    for await (const task of tasks) {
      if (this.#isDone) return
      if (task instanceof DocumentBatch) {
        this.#first = Math.min(this.#first, done)
        const isRead = done === this.#first
        if (isRead === (where === 'read')) await this.#lookAmong(task, done)
        if (where === 'read') continue
      }
      yield task
    }
  }

  async #lookAmong(task: DocumentBatch, done: number): Promise<void> {
    const { look, base } = this.searching
    for (const sample of task.samples) {
      const { origin } = sample
      const isMade = look.where === 'made' || origin.partition === nowhere.partition
      const line = isMade ? undefined : origin.line + base
      const file = resolve(this.#names[origin.slice] ?? '')
      if (this.#isDone || !look.matches(sample, file, line)) continue
      // Stages change documents in place, and the others come along only as far as they matter.
      const isApart = done >= sharedUntil(this.pipeline)
      const carried = copyOf({ task, own: new Set([sample]) }, isApart ? 'own' : 'all')
      const [own] = carried.own
      this.#isDone = !(await look.take({ source: this.source, carried, sample: own, file, line, done }))
    }
  }

  /** What a stage makes of tasks; one is set up once there is anything for it. */
  async *#behind(tasks: AsyncGenerator<Task>, index: number): AsyncGenerator<Task> {
    const { spec, barriers } = this.pipeline
    const isDeep = this.searching.look.where === 'made'
    const first = await tasks.next()
    if (first.done) return
    if (barriers.some(({ stage }) => stage === index)) {
      if (isDeep) yield* this.#decided(tasks, index)
      return
    }
    // A stage that is written in the script ends the search, as it runs nowhere else.
    if (isDeep && this.#first < Number.POSITIVE_INFINITY && spec.stages[index].part === undefined) {
      await drain(tasks)
      return
    }
    const stage = await OneStage.open(spec, index, this.source)
    this.#stages.push(stage)
    yield* stage.run(inTurn(first.value, tasks))
  }

  /** What a barrier left of the source; nothing where that is no longer kept. */
  async *#decided(tasks: AsyncGenerator<Task>, index: number): AsyncGenerator<Task> {
    await drain(tasks)
    const { pipeline, source } = this
    try {
      await using decided = await openDecision({ pipeline, index, source })
      if (decided === undefined) return
      for await (const task of decided.tasks()) {
        const left = decided.apply(task)
        if (left !== undefined) yield left
      }
    } catch (error) {
      if (!(error instanceof UnitFailure)) throw error
    }
  }
}

/** Lines of a source's file in front of the bytes that it begins with. */
async function linesBefore(task: Task): Promise<number> {
  if (!(task instanceof FileGroupTask) || task.range?.kind !== 'bytes' || task.range.start === 0) return 0
  const [path] = task.data
  const format = formatOfName(path) ?? ({ format: 'text', compression: 'none' } as const)
  const slice = { path, ...format, cut: { kind: 'bytes', start: 0, end: task.range.start } } as const
  let lines = 0
  for await (const batch of readSlice(slice, { batchBytes: 1 << 20, maxRecordBytes: 1 << 26, textKey: 'text' }))
    lines = countLines(lines, batch)
  return lines
}

async function* inTurn(first: Task, rest: AsyncIterable<Task>): AsyncGenerator<Task> {
  yield first
  yield* rest
}

async function drain(tasks: AsyncIterable<Task>): Promise<void> {
  for await (const _ of tasks);
}
