import type { JsonObject } from '../../core/json.js'
import { noCounts } from '../../core/records.js'
import { UsageError } from '../../core/usage-error.js'
import type { JobSpec, OperatorUse } from '../../core/work-unit.js'
import { RunningCounts } from '../../execution/contents/counts.js'
import { OperatorChain } from '../../execution/work/operator-chain.js'
import { createCatalog } from '../../ops/catalog.js'
import { fingerprintOf } from '../../util/hash.js'
import { ownModule, type PartUse, registerPart } from '../parts.js'
import { Stage, type StageBody, type StageContext } from '../stage.js'
import type { DocumentBatch } from '../task.js'

/** How an operator is used in a pipeline. */
export interface OperatorStageOptions {
  /** The field that holds the text. Default: "text". */
  readonly textKey?: string
  /** Seed of its random choices. Default: 42. */
  readonly seed?: number
}

/**
 * Runs an operator of the catalog over documents, with the parameters that recipes give it. Documents that it fails on
 * are put in quarantine. What a filter measured is kept in `__dj__stats__` for the operators behind it and is not written.
 *
 * @example
 * import { OperatorStage } from 'pawl'
 *
 * const stage = new OperatorStage('text_length_filter', { min_len: 10 })
 * console.log(stage.name) // text_length_filter
 */
export class OperatorStage extends Stage<DocumentBatch, DocumentBatch> {
  override readonly takes = ['DocumentBatch']
  override readonly gives = ['DocumentBatch']
  #use: OperatorUse | undefined

  constructor(
    readonly operator: string,
    readonly params: JsonObject = {},
    readonly settings: OperatorStageOptions = {},
  ) {
    super()
    this.name = operator
  }

  /** The stage of an operator whose parameters were validated before. */
  static of(use: OperatorUse): OperatorStage {
    const stage = new OperatorStage(use.name)
    stage.#use = use
    return stage
  }

  /** The operator as it is used, once `prepare` is done. */
  get use(): OperatorUse {
    if (this.#use === undefined) throw new TypeError(`${this.name} is not prepared`)
    return this.#use
  }

  /** The same operator, which keeps its statistics apart from those of the same names on another field. */
  withStatsField(statsField: string | undefined): OperatorStage {
    return Object.assign(OperatorStage.of({ ...this.use, statsField }), settingsOf(this))
  }

  /** @throws {UsageError} where there is no such operator, or its parameters are wrong */
  override async prepare(): Promise<void> {
    if (this.#use !== undefined) return
    const { readOperator } = await import('../../config/read-process.js')
    const { textKey = 'text', seed = 42 } = this.settings
    // A barrier is built where the pipeline's other operators are, so that its field goes with its parameters.
    const params = this.settings.textKey === undefined ? this.params : { text_key: textKey, ...this.params }
    const read = await readOperator({ [this.operator]: params }, createCatalog(), { textKey, seed })
    if ('problems' in read) throw new UsageError(`OperatorStage: ${read.problems.join('; ')}`)
    if (read.use.readsFiles)
      throw new UsageError(
        `OperatorStage: ${this.operator} reads files that samples name, and a pipeline does not notice when those change: run it from a recipe`,
      )
    this.#use = read.use
  }

  override get isPortable(): boolean {
    return true
  }

  override portable(): PartUse {
    const { use } = this
    const version = fingerprintOf('operator', use.version, use.identity ?? '').slice(0, 12)
    return { module: ownModule, name: 'OperatorStage', version, options: { use: use as unknown as JsonObject } }
  }

  override live(): StageBody<DocumentBatch, DocumentBatch> {
    return chainOf([this.use])
  }
}

/** What is run of operators that follow each other: one pass over a batch, in which they share words and lines. */
export function chainOf(uses: readonly OperatorUse[]): StageBody<DocumentBatch, DocumentBatch> {
  let chain: OperatorChain | undefined
  return {
    setup: async () => {
      chain = await OperatorChain.build(jobOf(uses), createCatalog(), { from: 0, to: uses.length })
    },
    process: async (batch, context) => runChain(chain, batch, context),
    teardown: async () => {
      await chain?.[Symbol.asyncDispose]()
    },
  }
}

async function runChain(
  chain: OperatorChain | undefined,
  batch: DocumentBatch,
  context: StageContext,
): Promise<DocumentBatch | null> {
  if (chain === undefined) throw new TypeError('an operator is set up before it is used')
  const left = await chain.run(batch.samples, new RunningCounts(noCounts), {
    onFailure: (sample, _, error) => context.setAside(sample, error),
    onSample: () => context.progress(),
  })
  return left.length === 0 ? null : batch.withRows(left)
}

/** As much of a job as a chain of operators asks for. */
function jobOf(operators: readonly OperatorUse[]): JobSpec {
  const [{ textKey, seed = 0 }] = operators
  return { operators, textKeys: [textKey], seed } as unknown as JobSpec
}

function settingsOf({ name, resources, workers, retry, isSource, isSink, isResumable }: OperatorStage) {
  return { name, resources, workers, retry, isSource, isSink, isResumable }
}

registerPart({
  module: ownModule,
  name: 'OperatorStage',
  build: options => OperatorStage.of(options['use'] as unknown as OperatorUse),
})
