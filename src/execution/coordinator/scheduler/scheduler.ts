import type { DatasetCut } from '../../../core/partition.js'
import type { PiecesRecord, PointRecord } from '../../../core/records.js'
import type { UnitError } from '../../../core/unit-result.js'
import type { Reach } from '../../../planning/reaches.js'
import { JobFailure, JobLeft, type PartitionFailure } from '../../protocol/job-failure.js'
import { completeReach, isReachComplete, reachPoint } from './advance.js'
import { resolveBarrier } from './barriers.js'
import { blocksOf } from './blocks.js'
import { needsNoReading, readInPieces, recallPieces, statesOfPieces } from './file-in-pieces.js'
import { judgeQuarantine } from './judge-quarantine.js'
import type { PartitionState } from './partition-state.js'
import { recallRound, renewRounds } from './rounds.js'
import type { RunContext } from './run-context.js'
import { type Part, shareWork } from './share-work.js'
import { openState, recallDigest, sameStamps } from './sources.js'
import type { UnitFailed } from './supervise.js'

/** A partition of the cut with its state, its pieces where it is read in pieces, and why it failed where it did. */
interface Source {
  readonly state: PartitionState
  readonly block: number
  pieces: PiecesRecord | undefined
  failure: Pick<UnitError, 'code' | 'message'> | undefined
}

/** How far all partitions came in one look over them. `waiting`: others hold what is missing; `again`: something that was done is lost. */
type Pass = 'complete' | 'waiting' | 'again'

/**
 * Runs a job's partitions through its reaches, together with whatever other processes work on it. Every step looks in
 * the ledger first, takes what nobody holds and runs what is missing, so that a fresh job, a resumed one, one that is
 * finished and one that others are at are the same code. A partition that fails, fails alone: the others are brought
 * as far as they go without it.
 */
export class Scheduler {
  #sources: Source[] = []
  #states = new Map<Source, readonly PartitionState[]>()

  constructor(
    readonly context: RunContext,
    readonly cut: DatasetCut,
  ) {
    const blocks = blocksOf(cut.partitions)
    const files = new Map(cut.files.map(file => [file.path, file]))
    this.#sources = cut.partitions.map((partition, index) => ({
      state: openState(context.job, partition, files),
      block: blocks[index],
      pieces: undefined,
      failure: undefined,
    }))
  }

  /**
   * Learns what the ledger knows of the input, and, where this process is the first on the job, whether files that samples
   * name have changed. Runs nothing but digests of files whose stamp changed.
   */
  async recall({ isFirst }: { readonly isFirst: boolean }): Promise<void> {
    if (isFirst) await renewRounds(this.context)
    for (const { state } of this.#sources) recallRound(this.context, state)
    const recalled = new Set<Source>()
    const parts = this.#sources.map((source, index) =>
      this.#part(source, {
        isDone: () => recalled.has(source),
        work: async slot => {
          const context = { ...this.context, slot }
          if (this.cut.partitions[index].kind === 'pieces') source.pieces = await recallPieces(context, source.state)
          else await recallDigest(context, source.state)
          recalled.add(source)
        },
      }),
    )
    // What was read before under the same stamps costs a look only, and is claimed by nobody.
    await shareWork(this.context, undefined, parts)
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
   * Sees to it that all is committed, by this process or another.
   *
   * @returns the finished partitions, in input order, with the states they came to; undefined where another process
   * exported them meanwhile
   * @throws {JobFailure} where partitions failed, naming all of them; the others have been brought as far as they go
   * @throws {JobLeft} where the rest is left to others
   */
  async run(): Promise<{ states: PartitionState[]; points: PointRecord[] } | undefined> {
    const { team } = this.context
    for (;;) {
      team.look()
      if (team.exported !== undefined) return undefined
      const pass = await this.#runReaches()
      if (typeof pass === 'object') return { states: this.states, points: pass }
      if (pass === 'waiting') await team.wait()
    }
  }

  /** Learns what others did since: what a partition holds, and how far the pieces of a file are known. */
  refresh(): void {
    if (this.context.team.hasOthers) for (const source of this.#sources) this.#learn(source)
  }

  async #runReaches(): Promise<PointRecord[] | Exclude<Pass, 'complete'>> {
    const { reaches } = this.context.plan
    this.refresh()
    const read = await this.#read(reaches[0]).catch(async (error: unknown) => {
      // What is of this process's own shard is brought as far as it goes.
      if (error instanceof JobLeft) await this.#complete(reaches[0])
      throw error
    })
    if (read !== 'complete') return read
    for (const reach of reaches) {
      const pass = await this.#complete(reach)
      if (pass !== 'complete') return pass
      this.#refuseFailures()
      if (reach === reaches[0]) await judgeQuarantine(this.context, this.states, reach)
      if (reach.signs === undefined) continue
      const decision = await resolveBarrier(this.context, this.states, reach)
      if (decision !== 'decided') return decision === 'held' ? 'waiting' : 'again'
    }
    return this.#finishedPoints(reaches[reaches.length - 1])
  }

  async #finishedPoints(last: Reach): Promise<PointRecord[] | 'again'> {
    const points: PointRecord[] = []
    for (const state of this.states) {
      const reached = await reachPoint(this.context, state, last)
      if (reached.kind === 'verdict_lost') return 'again'
      points.push(reached.value)
    }
    return points
  }

  /** Files that one worker reads from start to end go first, as they take longest; all else runs beside them. */
  async #read(first: Reach): Promise<Pass> {
    const inPieces = this.#sources.filter(({ pieces }) => pieces !== undefined)
    const whole = this.#sources.filter(({ pieces }) => pieces === undefined)
    const parts = [...inPieces, ...whole].map(source =>
      this.#part(source, {
        isDone: () =>
          source.pieces === undefined
            ? isReachComplete(this.context, source.state, first)
            : needsNoReading(this.context, source.state, source.pieces),
        work: async slot => {
          const context = { ...this.context, slot }
          if (source.pieces === undefined) await completeReach(context, source.state, first)
          else await this.#readPieces(context, source, source.pieces)
        },
      }),
    )
    return shareWork(this.context, 'read', parts)
  }

  async #readPieces(context: RunContext, source: Source, before: PiecesRecord): Promise<void> {
    source.pieces = await readInPieces(context, source.state, {
      before,
      pieceBytes: this.cut.partitionBytes,
      onKnown: known => {
        source.pieces = known
      },
    })
  }

  async #complete(reach: Reach): Promise<Pass> {
    let isLost = false
    const parts = this.#sources.flatMap(source =>
      this.#statesOf(source).map((state, piece) =>
        this.#part(source, {
          id: state.key,
          piece: source.pieces === undefined ? undefined : piece,
          isDone: () => isReachComplete(this.context, state, reach),
          work: async slot => {
            const reached = await completeReach({ ...this.context, slot }, state, reach)
            if (reached.kind === 'verdict_lost') isLost = true
          },
        }),
      ),
    )
    const pass = await shareWork(this.context, `reach${reach.index}`, parts)
    return isLost ? 'again' : pass
  }

  #part(
    source: Source,
    {
      id = source.state.key,
      piece,
      isDone,
      work,
    }: Pick<Part, 'isDone' | 'work'> & { readonly id?: string; readonly piece?: number },
  ): Part {
    return {
      id,
      block: piece === undefined ? String(source.block) : `${source.block}-${piece}`,
      hasFailed: () => this.#hasFailed(source),
      learn: () => this.#learn(source),
      isDone,
      work,
      onFailure: error => this.#fail(source, error),
    }
  }

  #learn(source: Source): void {
    const { ledger } = this.context
    const { state } = source
    recallRound(this.context, state)
    if (source.pieces !== undefined) {
      const known = ledger.get('pieces', state.key)
      if (known !== undefined && known.stamp === state.stamps[0]) source.pieces = known
      return
    }
    const known = ledger.get('input', state.key)
    if (known !== undefined && sameStamps(known.stamps, state.stamps)) state.digest = known.digest
  }

  /** A partition on which another process of this epoch failed fails here, too. */
  #hasFailed(source: Source): boolean {
    const { ledger, team } = this.context
    if (source.failure === undefined && team.hasOthers)
      source.failure = ledger.get('failure', `${team.epoch}/${source.state.key}`)
    return source.failure !== undefined
  }

  async #fail(source: Source, { error }: UnitFailed): Promise<void> {
    source.failure = error
    const { key } = source.state
    const { code, message } = error
    const { ledger, team, emit } = this.context
    emit({ event_type: 'partition_failed', partition: key, code, error_message: message })
    await ledger.commit([{ kind: 'failure', epoch: team.epoch, partition: key, code, message }])
  }

  #statesOf(source: Source): readonly PartitionState[] {
    const { state, pieces } = source
    if (pieces === undefined) return [state]
    const known = this.#states.get(source)
    const isSame =
      known?.length === pieces.pieces.length &&
      known.every((one, i) => one.digest === pieces.pieces[i].digest && one.round === state.round)
    if (known !== undefined && isSame) return known
    const states = statesOfPieces(state, pieces)
    this.#states.set(source, states)
    return states
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
