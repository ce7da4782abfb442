import { UsageError } from '../core/usage-error.js'
import type { PipelineOptions, PipelineOutcome } from '../engine/pipeline/pipeline-options.js'
import type { Stage } from '../pipeline/stage.js'
import type { EmptyTask, Task } from '../pipeline/task.js'
import { isWorker } from '../util/worker-mark.js'

/** What a pipeline is made of. */
export interface PipelineInit {
  /** Names it in messages and logs. */
  readonly name: string
  readonly description?: string
  /** Stages in order; more come with `addStage`, which also checks that they fit. */
  readonly stages?: readonly Stage[]
}

/**
 * Stages in a row, over sources that are complete exactly when all that descends from them is done (NeMo Curator's
 * Pipeline). `Out` is what the last stage gives.
 *
 * @example
 * import { JsonlReader, JsonlWriter, Pipeline, ScoreFilter, WordCountFilter } from 'pawl'
 *
 * const pipeline = new Pipeline({ name: 'long_enough' })
 *   .addStage(new JsonlReader({ filePaths: 'input/' }))
 *   .addStage(new ScoreFilter(new WordCountFilter({ minWords: 50 })))
 *   .addStage(new JsonlWriter({ path: 'output/' }))
 * const { complete, failed } = await pipeline.run({ checkpointPath: 'state/' })
 * console.log(`${complete} sources are complete, ${failed} failed`)
 */
export class Pipeline<Out extends Task = EmptyTask> {
  readonly name: string
  readonly description: string
  readonly #stages: Stage[] = []

  /** @throws {UsageError} where it has no name, or stages do not fit each other */
  constructor({ name, description = '', stages = [] }: PipelineInit) {
    if (typeof name !== 'string' || name === '')
      throw new UsageError('a pipeline needs a name: new Pipeline({ name: "…" })')
    this.name = name
    this.description = description
    for (const stage of stages) this.#add(stage)
  }

  /** The stages, in order; a composite one counts as one. */
  get stages(): readonly Stage[] {
    return this.#stages
  }

  /**
   * Adds a stage that takes what the last one gives.
   *
   * @returns the same pipeline
   * @throws {UsageError} where it takes something else
   */
  addStage<Next extends Task>(stage: Stage<Out, Next>): Pipeline<Next> {
    this.#add(stage as unknown as Stage)
    return this as unknown as Pipeline<Next>
  }

  /** Says in lines what the pipeline does: its stages, what each takes and gives, where it runs, and what is written. */
  describe(): string {
    const head = `Pipeline ${this.name}${this.description === '' ? '' : `: ${this.description}`}`
    const lines = this.#stages
      .flatMap(stage => stage.decompose())
      .map((stage, index) => `  ${index + 1}. ${describeStage(stage)}`)
    return [head, ...lines].join('\n')
  }

  /**
   * Runs what is missing of the pipeline. A pipeline that is complete does nothing; one that was stopped or killed at any
   * moment goes on. Tasks that fail keep their source open, and no other; the next run tries it again.
   *
   * @returns how many sources are complete and failed, and why
   * @throws {UsageError} before any work, where stages, options or places make no sense together
   * @throws {InputError} before any work, where the input cannot be listed
   * @throws {JobLockedError} where another process runs another pipeline on the same `checkpointPath`
   * @throws {JobFailure} where it cannot go on; the message says what to do
   * @throws {JobStopped} where `signal` stopped it
   */
  async run(options: PipelineOptions = {}): Promise<PipelineOutcome> {
    // A worker that loads a script for the stages it defines does not run it.
    if (isWorker()) return new Promise<PipelineOutcome>(() => {})
    refuseUnknown(options)
    const { runPipeline } = await import('../engine/pipeline/run-pipeline.js')
    return runPipeline({ name: this.name, stages: this.#stages }, options)
  }

  #add(stage: Stage): void {
    if (typeof stage?.decompose !== 'function')
      throw new UsageError('addStage takes a stage, such as new JsonlReader({ … })')
    stage.check()
    const parts = stage.decompose()
    const before = this.#stages.at(-1)?.decompose().at(-1)
    for (const [index, part] of parts.entries()) checkFit(index === 0 ? before : parts[index - 1], part)
    this.#stages.push(stage)
  }
}

function checkFit(before: Stage | undefined, stage: Stage): void {
  if (before?.gives === undefined || stage.takes === undefined) return
  if (before.gives.some(type => stage.takes?.includes(type))) return
  throw new UsageError(
    `${stage.name} takes ${stage.takes.join(' or ')}, and ${before.name} before it gives ${before.gives.join(' or ')}`,
  )
}

function describeStage(stage: Stage): string {
  const { name, takes, gives, workers, resources, output, isResumable } = stage
  const needs = Object.entries(resources ?? {}).map(([what, amount]) => `${what} ${amount}`)
  const facts = [
    `${takes?.join(' or ') ?? 'any task'} → ${gives?.join(' or ') ?? 'any task'}`,
    ...(workers === undefined && needs.length === 0
      ? []
      : [`workers of its own (${[...(workers === undefined ? [] : [workers]), ...needs].join(', ')})`]),
    ...(output === undefined ? [] : [`writes to ${output.folder}, mode ${output.mode}, each file exactly once`]),
    ...(!stage.isPortable ? ['runs in the script’s process'] : []),
    ...(output === undefined && stage.isSink ? ['its effects may be repeated after a crash (idempotenceKey)'] : []),
    ...(isResumable ? [] : ['cannot be gone on with']),
  ]
  return `${name}: ${facts.join('; ')}`
}

const optionNames = new Set([
  ...[
    'checkpointPath',
    'roots',
    'workers',
    'workerMemoryMb',
    'executor',
    'rayAddress',
    'ray',
    'initialTasks',
    'signal',
    'maxAttempts',
    'retryFailed',
    'replayQuarantined',
  ],
  ...[
    'keepSpools',
    'spoolMb',
    'stallTimeoutS',
    'retryDelayS',
    'leavesWhenIdle',
    'shard',
    'onEvent',
    'onWarning',
    'onStart',
    'onProgress',
    'progressEveryMs',
  ],
])

function refuseUnknown(options: PipelineOptions): void {
  const unknown = Object.keys(options).find(name => !optionNames.has(name))
  if (unknown !== undefined) throw new UsageError(`run has no option ${unknown}; it has ${[...optionNames].join(', ')}`)
  const { executor } = options
  if (executor !== undefined && executor !== 'local' && executor !== 'ray')
    throw new UsageError(`executor: ${String(executor)} is not there; there are local and ray`)
}
