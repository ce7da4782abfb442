import { resolve } from 'node:path'
import type { SourceSpec } from '../../core/pipeline-spec.js'
import type { OpenSourceRecord, StagesRecord } from '../../core/records.js'
import type { StagesResult } from '../../core/unit-result.js'
import type { Part } from '../../execution/coordinator/scheduler/share-work.js'
import { UnitFailed } from '../../execution/coordinator/scheduler/supervise.js'
import type { Slot } from '../../execution/protocol/executor.js'
import { moveAside } from '../../state/move-aside.js'
import { dropDecision } from './decisions.js'
import type { StageRange } from './divide-stages.js'
import { finishSource, takeOverStaged } from './finish-source.js'
import type { PipelineContext } from './pipeline-context.js'
import { keepsOthers, placeOutputs, placesStand, takeBack } from './place-outputs.js'
import { commitStageRange, runStageRange } from './run-stage-range.js'
import { SourceBooks } from './source-books.js'
import { SourceFailed } from './source-failed.js'
import type { SpoolBound } from './spool-bound.js'

/** Stages that do nothing, to read off what a source holds. */
const nothing: StageRange = { from: 0, to: 0, pool: 0 }

/** A damaged spool is made again so often at most. */
const mostSetbacks = 3

/** A source on its way through a pipeline: looks in the ledger first, and runs what is missing. */
export class SourceWork implements Part {
  readonly books: SourceBooks
  readonly block: string
  readonly bound: SpoolBound
  #isDone = false
  /** Where its units run while it is worked on. */
  #slot: Slot | undefined
  #setbacks = 0
  #spooled = { bytes: 0, stage: 0 }

  constructor(
    readonly context: PipelineContext,
    readonly source: SourceSpec,
    { block, bound }: { readonly block: string; readonly bound: SpoolBound },
  ) {
    this.block = block
    this.bound = bound
    this.books = new SourceBooks(context, source)
  }

  get id(): string {
    return this.source.id
  }

  hasFailed(): boolean {
    const record = this.books.openRecord()
    if (record === undefined) return false
    if (record.epoch === this.context.team.epoch) return true
    return this.isLeftAlone(record)
  }

  /** True for a source that failed so often that it is not tried again unless asked. */
  isLeftAlone(record: OpenSourceRecord | undefined): boolean {
    const { maxAttempts, retryFailed } = this.context.failing
    return !retryFailed && record !== undefined && record.tried === this.books.tried && record.attempts >= maxAttempts
  }

  /** Why it is open; undefined where it is not known to have failed. */
  failures(): OpenSourceRecord | undefined {
    return this.isDone() ? undefined : this.books.openRecord()
  }

  learn(): void {
    this.books.learn()
  }

  isDone(): boolean {
    if (this.#isDone) return true
    const fingerprint = this.fingerprint
    if (fingerprint === undefined) return false
    const placed = this.context.manifest.of(this.source.id)
    this.#isDone = placed?.fingerprint === fingerprint && placesStand(this.context, placed)
    return this.#isDone
  }

  /** Fingerprint of the last stage's result; undefined as long as nobody read the source. */
  get fingerprint(): string | undefined {
    return this.books.fingerprintAt(this.context.pipeline.stages.length)
  }

  async work(slot: Slot): Promise<void> {
    this.#slot = slot
    try {
      if (await this.#isSame()) return
      if (this.books.latest() === undefined && keepsOthers(this.context, this.source)) this.#isDone = true
      else await this.#complete()
    } finally {
      this.#slot = undefined
      this.#release()
    }
  }

  /** Brings the source through all stages, and its files to their places. What was staged and is lost is made again. */
  async #complete(): Promise<void> {
    for (;;) {
      const run = await this.#runAll()
      // It is decided again before anything else is done.
      if (run === 'decision_lost') return
      const record = await takeOverStaged(this.context, run)
      const files = placeOutputs(this.context, record)
      if (files !== undefined) {
        await finishSource(this.books, record, files)
        this.#isDone = true
        return
      }
      takeBack(this.context, record)
      await this.#withdraw(record, `what source ${this.source.name} wrote is lost`)
    }
  }

  async #runAll(): Promise<StagesRecord | 'decision_lost'> {
    const { ranges } = this.context.pipeline
    return ranges.length === 0 ? (this.books.latest()?.record ?? this.#commitEmpty()) : this.#runTo(ranges.length - 1)
  }

  /** Runs what is missing up to the end of a range. */
  async #runTo(last: number): Promise<StagesRecord | 'decision_lost'> {
    const { ranges } = this.context.pipeline
    for (let reached = this.books.latest(last); ; ) {
      if (reached?.range === last) return reached.record
      const next = (reached?.range ?? -1) + 1
      const record = await this.#runRange(ranges[next], reached?.record)
      if (record === 'decision_lost') return record
      reached = record === 'input_lost' ? this.books.latest(last) : { range: next, record }
    }
  }

  /** The source on its way to a barrier: what the barrier decides on is to be committed. */
  upTo(range: number): Part {
    return {
      id: this.id,
      block: this.block,
      hasFailed: () => this.hasFailed(),
      learn: () => this.learn(),
      isDone: () => this.books.signedAt(range) !== undefined,
      work: async slot => {
        this.#slot = slot
        try {
          await this.#isSame()
          await this.#runTo(range)
        } finally {
          this.#slot = undefined
        }
      },
      onFailure: error => this.onFailure(error),
    }
  }

  async onFailure(error: UnitFailed): Promise<void> {
    const { ledger, team, emit } = this.context
    const { id } = this.source
    const failures = error instanceof SourceFailed ? error.failures : [{ task: id, stage: '', error: error.message }]
    const before = this.books.openRecord()
    const attempts = before?.tried === this.books.tried ? before.attempts + 1 : 1
    const { code, message } = error.error
    emit({ event_type: 'partition_failed', partition: id, code, error_message: message })
    await ledger.commit([
      { kind: 'open_source', source: id, epoch: team.epoch, tried: this.books.tried, attempts, failures },
    ])
  }

  /** A file whose stamp changed may hold what it held: that is read off first, where there is something to be reused. */
  async #isSame(): Promise<boolean> {
    const { ledger } = this.context
    const known = ledger.get('input', this.source.id)
    if (this.books.digest !== undefined || known === undefined) return false
    const { digest = '' } = await this.#readOff()
    this.books.digest = digest
    await ledger.commit([this.books.inputRecord(digest)])
    return this.isDone()
  }

  /** @returns what it made; `input_lost` and `decision_lost` where that was damaged, and is withdrawn */
  async #runRange(
    range: StageRange,
    before: StagesRecord | undefined,
  ): Promise<StagesRecord | 'input_lost' | 'decision_lost'> {
    await this.bound.room(range.from)
    const settled = await runStageRange(this.books, range, { slot: this.#slot, before })
    if (settled.kind === 'failed') {
      const { error } = settled
      if (before?.spool === undefined || error.consequence !== 'redo_input') throw new UnitFailed(error)
      if (
        range.applies !== undefined &&
        (await dropDecision(this.context, { source: this.id, barrier: range.applies }, error))
      )
        return 'decision_lost'
      await this.#withdraw(before, error.message)
      return 'input_lost'
    }
    const { result } = settled
    if (result.failures.length > 0) throw new SourceFailed(result.failures)
    const record = await commitStageRange(this.books, range, { result, before })
    this.#release()
    // A barrier needs all sources: none of them is held back for it.
    if (range.signs === undefined) this.#spooled = { bytes: record.spool?.sizeBytes ?? 0, stage: range.to }
    this.bound.gave(this.#spooled.bytes, range.to)
    return record
  }

  async #readOff(): Promise<StagesResult> {
    const settled = await runStageRange(this.books, nothing, { slot: this.#slot, digestOnly: true })
    if (settled.kind === 'failed') throw new UnitFailed(settled.error)
    return settled.result
  }

  /** A pipeline of a source alone does nothing to it. */
  async #commitEmpty(): Promise<StagesRecord> {
    const { digest } = await this.#readOff()
    const empty = { kind: 'stages', digest, outputs: [], counts: [], quarantine: [], failures: [] } as const
    return commitStageRange(this.books, nothing, { result: empty, before: undefined })
  }

  async #withdraw(record: StagesRecord, reason: string): Promise<void> {
    const { ledger, directory, emit } = this.context
    if (++this.#setbacks > mostSetbacks)
      throw new UnitFailed({
        code: 'damaged_spool',
        message: `${reason}, and was damaged ${mostSetbacks} times: check the disk`,
        consequence: 'fail_unit',
      })
    await ledger.withdraw([record])
    const path = record.spool && resolve(directory.path, record.spool.path)
    if (path !== undefined) {
      emit({ event_type: 'checkpoint_damaged', partition: this.source.id, path, reason })
      moveAside(path)
    }
  }

  /** What was spooled for the next stages and not taken, since the source failed. */
  #release(): void {
    this.bound.took(this.#spooled.bytes, this.#spooled.stage)
    this.#spooled = { bytes: 0, stage: 0 }
  }
}
