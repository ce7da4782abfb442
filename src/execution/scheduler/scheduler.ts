import type { DatasetCut } from '../../core/partition.js'
import type { PiecesRecord, PointRecord } from '../../core/records.js'
import type { UnitError } from '../../core/unit-result.js'
import type { StagePlan } from '../../planning/stages.js'
import { forEachConcurrently } from '../../util/pool.js'
import { completeStage, reachPoint } from './advance.js'
import { resolveBarrier } from './barriers.js'
import { needsNoReading, readInPieces, recallPieces, statesOfPieces } from './file-in-pieces.js'
import { judgeQuarantine } from './judge-quarantine.js'
import type { PartitionState } from './partition-state.js'
import { JobFailure, type PartitionFailure, type RunContext } from './run-context.js'
import { openState, recallDigest } from './sources.js'
import { UnitFailed } from './supervise.js'

/** A partition of the cut with its state, its pieces where it is read in pieces, and why it failed where it did. */
interface Source {
  readonly state: PartitionState
  pieces: PiecesRecord | undefined
  failure: UnitError | undefined
}

/**
 * Runs a job's partitions through its stages. Every step looks in the ledger first and runs what is
 * missing, so that a fresh job, a resumed one and one that is already finished are the same code. A partition that
 * fails, fails alone: the others are brought as far as they go without it.
 */
export class Scheduler {
  #sources: Source[] = []
  #states = new Map<Source, readonly PartitionState[]>()

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
      failure: undefined,
    }))
    await this.#forAll(this.#sources, async (source, index) => {
      if (this.cut.partitions[index].kind === 'pieces') source.pieces = await recallPieces(this.context, source.state)
      else await recallDigest(this.context, source.state)
    })
  }

  /** All partitions and pieces known so far, in input order. */
  get states(): PartitionState[] {
    return this.#sources.flatMap(source => this.#statesOf(source))
  }

  /** True where every input is known to its end. */
  get isFullyRead(): boolean {
    return this.#sources.every(({ pieces, failure }) => failure === undefined && (pieces?.isComplete ?? true))
  }

  /**
   * Runs whatever is not committed yet.
   *
   * @returns the finished partitions, in input order, with the states they came to
   * @throws {JobFailure} where partitions failed, naming all of them; the others have been brought as far as they go
   */
  async run(): Promise<{ states: PartitionState[]; points: PointRecord[] }> {
    for (;;) {
      const points = await this.#runStages()
      if (points !== undefined) return { states: this.states, points }
    }
  }

  /** Undefined where a decision that was taken already turned out to be lost: what is in order by then is found again. */
  async #runStages(): Promise<PointRecord[] | undefined> {
    const { stages } = this.context.plan
    await this.#readPieces(stages[0])
    for (const stage of stages) {
      const isComplete = await this.#complete(stage)
      this.#refuseFailures()
      if (!isComplete) return undefined
      if (stage === stages[0]) await judgeQuarantine(this.context, this.states, stage)
      if (stage.signs !== undefined && !(await resolveBarrier(this.context, this.states, stage))) return undefined
    }
    const last = stages[stages.length - 1]
    const points: PointRecord[] = []
    for (const state of this.states) {
      const reached = await reachPoint(this.context, state, last, last.to)
      if (reached.kind === 'verdict_lost') return undefined
      points.push(reached.value)
    }
    return points
  }

  /** Files that one worker reads from start to end go first, as they take longest; all else runs beside them. */
  async #readPieces(first: StagePlan): Promise<void> {
    const inPieces = this.#sources.filter(({ pieces }) => pieces !== undefined)
    const whole = this.#sources.filter(({ pieces }) => pieces === undefined)
    await this.#forAll([...inPieces, ...whole], async source => {
      const { state, pieces } = source
      if (pieces === undefined) await completeStage(this.context, state, first)
      else if (!needsNoReading(this.context, state, pieces))
        source.pieces = await readInPieces(this.context, state, {
          before: pieces,
          pieceBytes: this.cut.partitionBytes,
          onKnown: known => {
            source.pieces = known
          },
        })
    })
  }

  async #complete(stage: StagePlan): Promise<boolean> {
    let isLost = false
    const items = this.#sources.flatMap(source => this.#statesOf(source).map(state => ({ source, state })))
    await this.#forAllStates(items, async state => {
      const reached = await completeStage(this.context, state, stage)
      if (reached.kind === 'verdict_lost') isLost = true
    })
    return !isLost
  }

  #statesOf(source: Source): readonly PartitionState[] {
    const { state, pieces } = source
    if (pieces === undefined) return [state]
    const known = this.#states.get(source)
    const isSame =
      known?.length === pieces.pieces.length && known.every((one, i) => one.digest === pieces.pieces[i].digest)
    if (known !== undefined && isSame) return known
    const states = statesOfPieces(state, pieces)
    this.#states.set(source, states)
    return states
  }

  async #forAllStates(
    items: readonly { readonly source: Source; readonly state: PartitionState }[],
    work: (state: PartitionState) => Promise<void>,
  ): Promise<void> {
    await this.#forAll(
      items.map(({ source }) => source),
      (_, index) => work(items[index].state),
    )
  }

  /** Goes on with the other partitions where one fails, and fails once they are done. */
  async #forAll(sources: readonly Source[], work: (source: Source, index: number) => Promise<void>): Promise<void> {
    await forEachConcurrently(sources.entries(), this.context.executor.slots, async ([index, source]) => {
      if (source.failure !== undefined) return
      try {
        await work(source, index)
      } catch (error) {
        if (!(error instanceof UnitFailed)) throw error
        source.failure = error.error
        const { key } = source.state
        const { code, message } = error.error
        this.context.emit({ event_type: 'partition_failed', partition: key, code, error_message: message })
      }
    })
  }

  /** @throws {JobFailure} with all partitions that failed so far */
  #refuseFailures(): void {
    const failures = this.#sources.flatMap(({ state, failure }): PartitionFailure[] =>
      failure === undefined ? [] : [{ partition: state.key, code: failure.code, message: failure.message }],
    )
    if (failures.length > 0) throw partitionsFailed(failures, this.#sources.length)
  }
}

const mostNamed = 20

function partitionsFailed(partitions: readonly PartitionFailure[], total: number): JobFailure {
  const named = partitions.slice(0, mostNamed).map(({ message }) => message)
  const more = partitions.length > mostNamed ? [`and ${partitions.length - mostNamed} more (job_summary.json)`] : []
  const message =
    partitions.length === 1
      ? `${named[0]} (1 of ${total} partitions failed; the others are kept as far as they go)`
      : `${partitions.length} of ${total} partitions failed; the others are kept as far as they go:\n  ${[...named, ...more].join('\n  ')}`
  return new JobFailure(partitions.length === 1 ? partitions[0].code : 'partitions_failed', message, { partitions })
}
