import { mkdtempSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PipelineSpec, SourceSpec, StageUse, TaskFailure } from '../core/pipeline-spec.js'
import type { Sample } from '../core/sample.js'
import { UsageError } from '../core/usage-error.js'
import type { JobSpec, OperatorUse } from '../core/work-unit.js'
import { sayError } from '../execution/protocol/unit-failure.js'
import { OperatorChain } from '../execution/work/operator-chain.js'
import { createCatalog } from '../ops/catalog.js'
import { ownModule } from '../pipeline/parts.js'
import { type FlowObserver, flow } from '../pipeline/run/flow.js'
import { type LoadedStages, loadStages, tearDown } from '../pipeline/run/load-stages.js'
import { nameBehind } from '../pipeline/run/output-files.js'
import type { StageContext } from '../pipeline/stage.js'
import { DocumentBatch, type Task } from '../pipeline/task.js'
import { knownId } from '../pipeline/task-id.js'
import { removeFolder } from '../util/remove.js'
import { changedFields, type Row } from './changed-fields.js'
import { type TraceStep, tryOperator } from './trace-steps.js'

interface Passed {
  readonly steps: readonly TraceStep[]
  readonly left: readonly Task[]
}

/** One stage of a pipeline, set up to be watched: it writes to no file of the user's, and nothing that it does is kept. */
export class OneStage implements FlowObserver, AsyncDisposable {
  readonly #context: StageContext
  #failures: string[] = []
  #files = new Set<string>()
  #scratch: string | undefined

  private constructor(
    readonly use: StageUse,
    readonly index: number,
    source: SourceSpec,
    readonly loaded: LoadedStages,
    readonly nodeFolder: string,
  ) {
    this.#context = {
      source: { id: knownId(source.id), name: source.name },
      output: name => {
        this.#files.add(join(use.folder ?? '', `${source.name}${nameBehind(name, use.tag)}`))
        return { write: () => {}, countRows: () => {} }
      },
      setAside: (_: Sample, error: unknown) => void this.#failures.push(sayError(error)),
      idempotenceKey: task => `trace-${task.id}`,
      progress: () => {},
      scratch: () => (this.#scratch ??= mkdtempSync(join(tmpdir(), 'pawl-trace-'))),
      known: [],
    }
  }

  /** @throws {UsageError} where the stage is written in the pipeline's script */
  static async open(spec: PipelineSpec, index: number, source: SourceSpec): Promise<OneStage> {
    const use = spec.stages[index]
    if (use.part === undefined)
      throw new UsageError(
        `stage ${index} ${use.name} is written in the pipeline's own script and runs only there: with defineStage in a module, documents can be traced through it`,
      )
    const nodeFolder = mkdtempSync(join(tmpdir(), 'pawl-trace-'))
    const settings = { inline: new Map(), nodeFolder, worker: { node: hostname() } }
    const loaded = await loadStages(spec, { from: index, to: index + 1 }, settings)
    return new OneStage(use, index, source, loaded, nodeFolder)
  }

  async *run(tasks: Iterable<Task>): AsyncGenerator<Task> {
    yield* flow(this.loaded.live, inTurn(tasks), this)
  }

  /** Runs the stage over what is left of a document, and says what it did. */
  async trace(tasks: readonly Task[]): Promise<Passed> {
    const { part } = this.use
    const operator = part?.module === ownModule && part.name === 'OperatorStage' ? part.options['use'] : undefined
    return operator === undefined
      ? this.#traceTasks(tasks)
      : this.#traceOperator(operator as unknown as OperatorUse, tasks)
  }

  /** Operators of the catalog tell more of themselves than a stage does. */
  async #traceOperator(use: OperatorUse, tasks: readonly Task[]): Promise<Passed> {
    const catalog = createCatalog()
    const job = { operators: [use], textKeys: [use.textKey], seed: use.seed ?? 0 } as unknown as JobSpec
    await using chain = await OperatorChain.build(job, catalog, { from: 0, to: 1 })
    const steps: TraceStep[] = []
    const left: Task[] = []
    for (const task of tasks as readonly DocumentBatch[]) {
      const samples: Sample[] = []
      for (const sample of task.samples) {
        const tried = await tryOperator(catalog, { index: this.index, use, step: chain.steps[0] }, sample)
        steps.push(tried.told)
        samples.push(...tried.left)
      }
      if (samples.length > 0) left.push(task.withRows(samples))
    }
    return { steps, left }
  }

  async #traceTasks(tasks: readonly Task[]): Promise<Passed> {
    const steps: TraceStep[] = []
    const left: Task[] = []
    for (const task of tasks) {
      this.#failures = []
      this.#files = new Set()
      const before = rowsOf(task).map(row => JSON.stringify(row))
      const made: Task[] = []
      for await (const child of this.run([task])) made.push(child)
      steps.push(this.#tell(before, made))
      left.push(...made)
    }
    return { steps, left }
  }

  #tell(before: readonly string[], made: readonly Task[]): TraceStep {
    const about = { index: this.index, operator: this.use.name }
    const files = this.#files.size === 0 ? undefined : [...this.#files]
    if (this.#failures.length > 0) return { ...about, outcome: 'failed', error: this.#failures.join('; ') }
    const rows = made.flatMap(rowsOf)
    const others = made.filter(task => !(task instanceof DocumentBatch)).length
    const count = rows.length + others
    if (count === 0) return { ...about, outcome: 'dropped', files }
    if (count !== before.length || others > 0) return { ...about, outcome: 'changed', made: count, files }
    const changed = rows.flatMap((row, at) => changedFields(JSON.parse(before[at]) as Row, row))
    if (changed.length === 0) return { ...about, outcome: 'kept', files }
    return { ...about, outcome: 'changed', files, entry: { changed_fields: Object.fromEntries(changed) } }
  }

  onFact(): void {}

  onFailure({ error }: TaskFailure): void {
    this.#failures.push(error)
  }

  onSlot(): void {}

  onChild(): void {}

  contextOf(): StageContext {
    return this.#context
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await tearDown(this.loaded)
    removeFolder(this.nodeFolder, () => true)
    if (this.#scratch !== undefined) removeFolder(this.#scratch, () => true)
  }
}

function rowsOf(task: Task): readonly Row[] {
  return task instanceof DocumentBatch ? task.rows : []
}

async function* inTurn(tasks: Iterable<Task>): AsyncGenerator<Task> {
  yield* tasks
}
