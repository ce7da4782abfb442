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
import type { Task } from '../pipeline/task.js'
import { knownId } from '../pipeline/task-id.js'
import type { WatchedContext, WhyDropped } from '../pipeline/watched-context.js'
import { removeFolder } from '../util/remove.js'
import { type TraceStep, tryOperator } from './trace-steps.js'

/** What came of a task at a stage. */
export interface Ran {
  readonly made: readonly Task[]
  /** Documents that were set aside, and where there is no document the task that failed. */
  readonly failures: readonly { readonly sample?: Sample; readonly error: string }[]
  /** Documents that it dropped and said why. */
  readonly dropped: ReadonlyMap<Sample, WhyDropped>
  /** Files that it would have written to. */
  readonly files: ReadonlySet<string>
}

interface Watched {
  readonly failures: { readonly sample?: Sample; readonly error: string }[]
  readonly dropped: Map<Sample, WhyDropped>
  readonly files: Set<string>
}

const nothing = (): Watched => ({ failures: [], dropped: new Map(), files: new Set() })

/** One stage of a pipeline, set up to be watched: it writes to no file of the user's, and nothing that it does is kept. */
export class OneStage implements AsyncDisposable {
  readonly #scratch: string[] = []
  #chain: Promise<OperatorChain> | undefined

  private constructor(
    readonly use: StageUse,
    readonly index: number,
    readonly setUp: { readonly source: SourceSpec; readonly loaded: LoadedStages; readonly nodeFolder: string },
  ) {}

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
    return new OneStage(use, index, { source, loaded, nodeFolder })
  }

  /** The operator that it is, where it is one. */
  get operator(): OperatorUse | undefined {
    const { part } = this.use
    const isOperator = part?.module === ownModule && part.name === 'OperatorStage'
    return isOperator ? (part.options['use'] as unknown as OperatorUse) : undefined
  }

  /** Runs tasks through it, one after the other as they are asked for. */
  async *run(tasks: AsyncIterable<Task>): AsyncGenerator<Task> {
    yield* flow(this.setUp.loaded.live, tasks, this.#watch(nothing()))
  }

  /** Runs one task through it. */
  async once(task: Task): Promise<Ran> {
    const seen = nothing()
    const made: Task[] = []
    for await (const one of flow(this.setUp.loaded.live, only(task), this.#watch(seen))) made.push(one)
    return { made, ...seen }
  }

  /** Operators of the catalog tell more of themselves than a stage does. */
  async try(use: OperatorUse, sample: Sample): Promise<{ readonly told: TraceStep; readonly left: readonly Sample[] }> {
    const catalog = createCatalog()
    const job = { operators: [use], textKeys: [use.textKey], seed: use.seed ?? 0 } as unknown as JobSpec
    this.#chain ??= OperatorChain.build(job, catalog, { from: 0, to: 1 })
    const [step] = (await this.#chain).steps
    return tryOperator(catalog, { index: this.index, use, step }, sample)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#chain)?.[Symbol.asyncDispose]()
    await tearDown(this.setUp.loaded)
    for (const folder of [this.setUp.nodeFolder, ...this.#scratch]) removeFolder(folder, () => true)
  }

  /** Of its own for each run: a stage may keep what it holds of a source by its context. */
  #watch({ failures, dropped, files }: Watched): FlowObserver {
    const { use } = this
    const { source } = this.setUp
    let scratch: string | undefined
    const context: WatchedContext = {
      source: { id: knownId(source.id), name: source.name },
      output: name => {
        files.add(join(use.folder ?? '', `${source.name}${nameBehind(name, use.tag)}`))
        return { write: () => {}, countRows: () => {} }
      },
      setAside: (sample, error) => void failures.push({ sample, error: sayError(error) }),
      dropped: (sample, why) => void dropped.set(sample, why),
      idempotenceKey: task => `trace-${task.id}`,
      progress: () => {},
      scratch: () => {
        if (scratch === undefined) this.#scratch.push((scratch = mkdtempSync(join(tmpdir(), 'pawl-trace-'))))
        return scratch
      },
      known: [],
    }
    return {
      onFact: () => {},
      onFailure: ({ error }: TaskFailure) => void failures.push({ error }),
      onSlot: () => {},
      onChild: () => {},
      contextOf: () => context,
    }
  }
}

/** A task as a stream. */
export async function* only(task: Task): AsyncGenerator<Task> {
  yield task
}
