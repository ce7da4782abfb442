import type { DatasetCut } from '../../core/partition.js'
import type { PiecesRecord, PointRecord } from '../../core/records.js'
import { forEachConcurrently } from '../../util/pool.js'
import { completeStage, reachPoint, VerdictLost } from './advance.js'
import { resolveBarrier } from './barriers.js'
import type { PartitionState } from './partition-state.js'
import { JobFailure, type RunContext } from './run-context.js'
import { needsNoReading, openState, readInPieces, recallDigest, recallPieces, statesOfPieces } from './sources.js'
import { UnitFailed } from './supervise.js'

/** A partition of the cut with its state, and its pieces where it is read in pieces. */
interface Source {
  readonly state: PartitionState
  pieces: PiecesRecord | undefined
}

/**
 * Runs a job's partitions through its stages. Every step looks in the ledger first and runs what is
 * missing, so that a fresh job, a resumed one and one that is already finished are the same code.
 */
export class Scheduler {
  #sources: Source[] = []

  constructor(
    readonly context: RunContext,
    readonly cut: DatasetCut,
  ) {}

  /** Learns what the ledger knows of the input. Runs nothing but digests of files whose stamp changed. */
  async recall(): Promise<void> {
    const files = new Map(this.cut.files.map(file => [file.path, file]))
    this.#sources = this.cut.partitions.map(partition => ({
      state: openState(this.context.job, partition, files),
      pieces: undefined,
    }))
    await forEachConcurrently(this.cut.partitions.entries(), this.#width, async ([index, { kind }]) => {
      const source = this.#sources[index]
      if (kind === 'pieces') source.pieces = await recallPieces(this.context, source.state)
      else await recallDigest(this.context, source.state)
    })
  }

  /** All partitions and pieces known so far, in input order. */
  get states(): PartitionState[] {
    return this.#sources.flatMap(({ state, pieces }) =>
      pieces === undefined ? [state] : statesOfPieces(state, pieces),
    )
  }

  /** True where every file that is read in pieces has been read to its end. */
  get isFullyRead(): boolean {
    return this.#sources.every(({ pieces }) => pieces?.isComplete ?? true)
  }

  /**
   * Runs whatever is not committed yet.
   *
   * @returns the finished partitions, in input order, with the states they came to
   * @throws {JobFailure} where a partition failed; the others have been brought as far as they go
   */
  async run(): Promise<{ states: PartitionState[]; points: PointRecord[] }> {
    await this.#readPieces()
    const states = this.states
    for (;;) {
      try {
        return { states, points: await this.#runStages(states) }
      } catch (error) {
        if (!(error instanceof VerdictLost)) throw error
      }
    }
  }

  /** The finished point of a partition, redone where it was found damaged. */
  async finish(state: PartitionState): Promise<PointRecord> {
    const { stages } = this.context.plan
    const last = stages[stages.length - 1]
    return reachPoint(this.context, state, last, last.to)
  }

  async #readPieces(): Promise<void> {
    const files = this.#sources.filter(({ pieces }) => pieces !== undefined)
    await this.#forAll(files, async source => {
      const record = source.pieces as PiecesRecord
      if (needsNoReading(this.context, source.state, record)) return
      source.pieces = await readInPieces(this.context, source.state, record, this.cut.partitionBytes)
    })
  }

  async #runStages(states: readonly PartitionState[]): Promise<PointRecord[]> {
    for (const stage of this.context.plan.stages) {
      await this.#forAll(states, state => completeStage(this.context, state, stage))
      if (stage.signs !== undefined) await resolveBarrier(this.context, states, stage)
    }
    return Promise.all(states.map(state => this.finish(state)))
  }

  /** Goes on with the other partitions where one fails, and fails once they are done. */
  async #forAll<T extends PartitionState | Source>(
    items: readonly T[],
    work: (item: T) => Promise<void>,
  ): Promise<void> {
    const failures: string[] = []
    await forEachConcurrently(items, this.#width, async item => {
      try {
        await work(item)
      } catch (error) {
        if (!(error instanceof UnitFailed)) throw error
        const { key } = 'state' in item ? item.state : item
        this.context.emit({
          event_type: 'partition_failed',
          partition: key,
          code: error.error.code,
          error_message: error.message,
        })
        failures.push(error.message)
      }
    })
    if (failures.length === 0) return
    const rest = failures.length === 1 ? '' : ` (and ${failures.length - 1} more)`
    throw new JobFailure('partition_failed', `${failures[0]}${rest}`)
  }

  get #width(): number {
    return this.context.executor.slots
  }
}
