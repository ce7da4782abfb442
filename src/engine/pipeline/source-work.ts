import { randomBytes } from 'node:crypto'
import { renameSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SourceSpec, TaskFailure } from '../../core/pipeline-spec.js'
import type { ExportedFile, LedgerRecord, OpenSourceRecord, PlacedRecord, StagesRecord } from '../../core/records.js'
import type { StagesResult } from '../../core/unit-result.js'
import type { StagesUnit } from '../../core/work-unit.js'
import { raceFor } from '../../execution/coordinator/scheduler/commit.js'
import type { Part } from '../../execution/coordinator/scheduler/share-work.js'
import { superviseUnit, UnitFailed } from '../../execution/coordinator/scheduler/supervise.js'
import type { Slot } from '../../execution/protocol/executor.js'
import { takeStagedFiles } from '../../state/take-over.js'
import { canonicalJson, fingerprintOf } from '../../util/hash.js'
import { remove } from '../../util/remove.js'
import type { StageRange } from './divide-stages.js'
import type { PipelineContext } from './pipeline-context.js'
import { keepsOthers, placeOutputs, placesStand, removeStale, takeBack } from './place-outputs.js'
import { digestOfTask, fingerprintOfSource } from './source-fingerprint.js'
import type { SpoolBound } from './spool-bound.js'

/** Tasks of a source failed, so that it is open. */
export class SourceFailed extends UnitFailed {
  constructor(readonly failures: readonly TaskFailure[]) {
    const [{ stage, error }] = failures
    const more = failures.length > 1 ? ` (and ${failures.length - 1} more tasks of it)` : ''
    super({ code: 'task_failed', message: `${stage}: ${error}${more}`, consequence: 'fail_unit' })
  }
}

/** What a barrier decided is damaged. */
class DecisionLost extends Error {}

/** A damaged spool is made again so often at most. */
const mostSetbacks = 3

/** A source on its way through a pipeline: looks in the ledger first, and runs what is missing. */
export class SourceWork implements Part {
  #digest: string | undefined
  #isDone = false
  /** Where its units run while it is worked on. */
  #slot: Slot | undefined
  #setbacks = 0
  #spooled = { bytes: 0, stage: 0 }

  constructor(
    readonly context: PipelineContext,
    readonly source: SourceSpec,
    readonly block: string,
    readonly bound: SpoolBound,
  ) {
    this.#digest = source.files.length > 0 ? this.#recalled() : digestOfTask(source)
  }

  get id(): string {
    return this.source.id
  }

  hasFailed(): boolean {
    const record = this.#openRecord()
    if (record === undefined) return false
    if (record.epoch === this.context.team.epoch) return true
    return this.isLeftAlone(record)
  }

  /** True for a source that failed so often that it is not tried again unless asked. */
  isLeftAlone(record: OpenSourceRecord | undefined): boolean {
    const { maxAttempts, retryFailed } = this.context.failing
    return !retryFailed && record !== undefined && record.tried === this.#tried && record.attempts >= maxAttempts
  }

  /** Why it is open; undefined where it is not known to have failed. */
  failures(): OpenSourceRecord | undefined {
    return this.isDone() ? undefined : this.#openRecord()
  }

  learn(): void {
    if (this.source.files.length > 0) this.#digest ??= this.#recalled()
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
    return this.#fingerprintAt(this.context.pipeline.stages.length)
  }

  async work(slot: Slot): Promise<void> {
    this.#slot = slot
    try {
      if (await this.#isSame()) return
      if (this.#latest() === undefined && keepsOthers(this.context, this.source)) this.#isDone = true
      else await this.#complete()
    } catch (error) {
      // It is decided again before anything else is done.
      if (!(error instanceof DecisionLost)) throw error
    } finally {
      this.#slot = undefined
      this.#release()
    }
  }

  /** Brings the source through all stages, and its files to their places. What was staged and is lost is made again. */
  async #complete(): Promise<void> {
    for (;;) {
      const record = await this.#takeOver(await this.#runAll())
      const files = placeOutputs(this.context, record)
      if (files !== undefined) return this.#finish(record, files)
      takeBack(this.context, record)
      await this.#withdraw(record, `what source ${this.source.name} wrote is lost`)
    }
  }

  /** What another process staged gets names of this one's, so that it finds nothing to rename should it wake up. */
  async #takeOver(record: StagesRecord): Promise<StagesRecord> {
    const { ledger, job } = this.context
    const moved = takeStagedFiles(
      job.writer,
      record.outputs.map(({ staged }) => staged),
    )
    if (moved.size === 0) return record
    const outputs = record.outputs.map(output => ({ ...output, staged: moved.get(output.staged) ?? output.staged }))
    const taken = { ...record, outputs }
    await ledger.commit([taken])
    return taken
  }

  async #runAll(): Promise<StagesRecord> {
    const { ranges } = this.context.pipeline
    return ranges.length === 0 ? (this.#latest()?.record ?? this.#commitEmpty()) : this.#runTo(ranges.length - 1)
  }

  /** Runs what is missing up to the end of a range. */
  async #runTo(last: number): Promise<StagesRecord> {
    const { ranges } = this.context.pipeline
    for (let reached = this.#latest(last); ; ) {
      if (reached?.range === last) return reached.record
      const next = (reached?.range ?? -1) + 1
      const record = await this.#runRange(ranges[next], reached?.record)
      reached = record === undefined ? this.#latest(last) : { range: next, record }
    }
  }

  /** The source on its way to a barrier: what the barrier decides on is to be committed. */
  upTo(range: number): Part {
    return {
      id: this.id,
      block: this.block,
      hasFailed: () => this.hasFailed(),
      learn: () => this.learn(),
      isDone: () => this.signedAt(range) !== undefined,
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

  /** What was committed of it at the end of a range behind which a barrier stands, as long as it can be decided on. */
  signedAt(range: number): StagesRecord | undefined {
    const fingerprint = this.#fingerprintAt(this.context.pipeline.ranges[range].to)
    const record = fingerprint === undefined ? undefined : this.context.ledger.get('stages', fingerprint)
    return record?.signature === undefined ? undefined : record
  }

  async onFailure(error: UnitFailed): Promise<void> {
    const { ledger, team, emit } = this.context
    const { id } = this.source
    const failures = error instanceof SourceFailed ? error.failures : [{ task: id, stage: '', error: error.message }]
    const before = this.#openRecord()
    const attempts = before?.tried === this.#tried ? before.attempts + 1 : 1
    const { code, message } = error.error
    emit({ event_type: 'partition_failed', partition: id, code, error_message: message })
    await ledger.commit([
      { kind: 'open_source', source: id, epoch: team.epoch, tried: this.#tried, attempts, failures },
    ])
  }

  /** A file whose stamp changed may hold what it held: that is read off first, where there is something to be reused. */
  async #isSame(): Promise<boolean> {
    const { ledger } = this.context
    const known = ledger.get('input', this.source.id)
    if (this.#digest !== undefined || known === undefined) return false
    const { digest = '' } = await this.#supervise({ from: 0, to: 0, pool: 0 }, { digestOnly: true })
    this.#digest = digest
    await ledger.commit([this.#inputRecord(digest)])
    return this.isDone()
  }

  /** The furthest range that is committed, up to one of them. */
  #latest(most?: number): { readonly range: number; readonly record: StagesRecord } | undefined {
    const { ranges, stages } = this.context.pipeline
    const ends = ranges.length === 0 ? [stages.length] : ranges.map(({ to }) => to)
    for (let range = most ?? ends.length - 1; range >= 0; range--) {
      const fingerprint = this.#fingerprintAt(ends[range])
      const record = fingerprint === undefined ? undefined : this.context.ledger.get('stages', fingerprint)
      if (record !== undefined) return { range, record }
    }
    return undefined
  }

  async #runRange(range: StageRange, before: StagesRecord | undefined): Promise<StagesRecord | undefined> {
    await this.bound.room(range.from)
    let result: StagesResult
    try {
      result = await this.#supervise(range, { before })
    } catch (error) {
      if (before?.spool === undefined || !(error instanceof UnitFailed) || error.error.consequence !== 'redo_input')
        throw error
      if (range.applies !== undefined && (await this.#dropDecision(range.applies, error.error)))
        throw new DecisionLost()
      await this.#withdraw(before, error.error.message)
      return undefined
    }
    if (result.failures.length > 0) throw new SourceFailed(result.failures)
    const record = await this.#commit(range, result, before)
    this.#release()
    // A barrier needs all sources: none of them is held back for it.
    if (range.signs === undefined) this.#spooled = { bytes: record.spool?.sizeBytes ?? 0, stage: range.to }
    this.bound.gave(this.#spooled.bytes, range.to)
    return record
  }

  /** A pipeline of a source alone does nothing to it. */
  async #commitEmpty(): Promise<StagesRecord> {
    const { digest } = await this.#supervise({ from: 0, to: 0, pool: 0 }, { digestOnly: true })
    const empty = { kind: 'stages', digest, outputs: [], counts: [], quarantine: [], failures: [] } as const
    return this.#commit({ from: 0, to: 0, pool: 0 }, empty, undefined)
  }

  async #supervise(
    { from, to, pool, applies, signs }: StageRange,
    { before, digestOnly }: { readonly before?: StagesRecord; readonly digestOnly?: boolean },
  ): Promise<StagesResult> {
    const { id, name } = this.source
    const source = { ...this.source, digest: this.#digest }
    const input =
      before?.spool === undefined ? ({ kind: 'task' } as const) : ({ kind: 'spool', file: before.spool } as const)
    const result = await superviseUnit(
      { ...this.context, slot: this.#slot },
      { partition: id, what: `source ${name}` },
      (attempt): StagesUnit => {
        return {
          kind: 'stages',
          id: `${id}:${from}-${to}:${attempt}`,
          attempt,
          partition: id,
          source,
          pool,
          input,
          from,
          to,
          digestOnly,
          signs,
          applies: applies === undefined ? undefined : { operator: applies, verdict: this.#verdictOf(applies, before) },
        }
      },
    )
    if (result.kind !== 'stages') throw new TypeError(`a unit of stages answered with a ${result.kind}`)
    return result
  }

  async #commit({ to }: StageRange, result: StagesResult, before: StagesRecord | undefined): Promise<StagesRecord> {
    const { context, source } = this
    const records: LedgerRecord[] = []
    if (this.#digest === undefined && result.digest !== undefined) records.push(this.#inputRecord(result.digest))
    this.#digest ??= result.digest ?? ''
    const fingerprint = this.#fingerprintAt(to)
    if (fingerprint === undefined) throw new TypeError('what a source holds is known once it was read')
    const record: StagesRecord = {
      kind: 'stages',
      fingerprint,
      source: source.id,
      attempt: randomBytes(4).toString('hex'),
      done: to,
      spool: result.spool,
      signature: result.signature,
      samples: result.samples,
      outputs: result.outputs,
      counts: [...(before?.counts ?? []), ...result.counts],
      quarantine: [...(before?.quarantine ?? []), ...result.quarantine],
    }
    records.push(record)
    const generation = context.ledger.withdrawals('stages', fingerprint) + 1
    const theirs = raceFor(context, { id: fingerprint, generation }, records)
    await context.ledger.commit(theirs ?? records)
    if (theirs === undefined) this.#tell(record)
    else for (const { staged } of result.outputs) remove(staged)
    return theirs?.find(other => other.kind === 'stages') ?? record
  }

  #tell({ done, spool, quarantine, fingerprint }: StagesRecord): void {
    const { emit } = this.context
    const { id } = this.source
    for (const { path, rows } of quarantine)
      emit({ event_type: 'sample_quarantined', partition: id, samples: rows, path })
    if (spool === undefined) return
    const { path, rows, sizeBytes } = spool
    emit({
      event_type: 'checkpoint_save',
      partition: id,
      ops_done: done,
      path,
      rows,
      size_bytes: sizeBytes,
      fingerprint,
    })
  }

  /** Where it is the decision that is damaged, it no longer counts. */
  async #dropDecision(barrier: number, { path, message }: UnitFailed['error']): Promise<boolean> {
    const { ledger, decisions, emit } = this.context
    const verdict = decisions.of(barrier, this.source.id)
    if (path === undefined || verdict === undefined || !path.endsWith(verdict.path)) return false
    const records = [...ledger.all('verdict')].filter(({ file }) => file.path === verdict.path)
    await ledger.withdraw(records)
    decisions.forget(barrier)
    emit({ event_type: 'checkpoint_damaged', partition: this.source.id, path, reason: message })
    return true
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
      renameIfThere(path, `${path}.damaged-${randomBytes(4).toString('hex')}`)
    }
  }

  /** Puts on record that the source is complete; what an earlier run wrote for it and this one did not goes. */
  async #finish({ fingerprint, counts }: StagesRecord, files: readonly ExportedFile[]): Promise<void> {
    const { context, source } = this
    const before = context.manifest.of(source.id)
    const chain = fingerprintOfSource(source, this.#digest, context.pipeline.links)
    const placed: PlacedRecord = { kind: 'placed', source: source.id, fingerprint, chain, files }
    await context.ledger.commit([placed])
    context.manifest.note(placed)
    removeStale(context, before?.files ?? [])
    const open = this.#openRecord()
    if (open !== undefined) await context.ledger.withdraw([open])
    if (!context.keepsSpools) await this.#dropSpools()
    this.#isDone = true
    context.emit({
      event_type: 'partition_complete',
      partition: source.id,
      samples_in: counts[0]?.itemsIn ?? 0,
      samples_out: files.reduce((sum, { rows }) => sum + rows, 0),
      duration_ms: counts.reduce((sum, { ms }) => sum + ms, 0),
    })
  }

  async #dropSpools(): Promise<void> {
    const { ledger, directory, pipeline } = this.context
    for (const { to, signs } of pipeline.ranges) {
      const fingerprint = this.#fingerprintAt(to)
      const record = fingerprint === undefined ? undefined : ledger.get('stages', fingerprint)
      if (record?.spool === undefined) continue
      // A decision is known by the signatures that it was made of.
      if (signs === undefined) await ledger.withdraw([record])
      remove(resolve(directory.path, record.spool.path))
    }
  }

  /** What was spooled for the next stages and not taken, since the source failed. */
  #release(): void {
    this.bound.took(this.#spooled.bytes, this.#spooled.stage)
    this.#spooled = { bytes: 0, stage: 0 }
  }

  #openRecord(): OpenSourceRecord | undefined {
    return this.context.ledger.get('open_source', this.source.id)
  }

  /** What is tried: these stages on these files. */
  get #tried(): string {
    const { files, task } = this.source
    const stamps = files.map(({ stamp }) => stamp)
    return fingerprintOf('tried', ...this.context.pipeline.links, ...stamps, canonicalJson(task.data ?? null))
  }

  /** Undefined as long as what it holds, or what a barrier before decided of it, is not known. */
  #fingerprintAt(done: number): string | undefined {
    if (this.#digest === undefined) return undefined
    const { links, barriers } = this.context.pipeline
    const decided = new Map<number, string>()
    for (const [number, { stage }] of barriers.entries()) {
      if (stage >= done) break
      const slice = this.context.decisions.of(number, this.source.id)?.slice
      if (slice === undefined) return undefined
      decided.set(stage, slice.digest)
    }
    return fingerprintOfSource(this.source, this.#digest, links.slice(0, done), decided)
  }

  /** What a barrier decided of the very documents that are there. */
  #verdictOf(barrier: number, before: StagesRecord | undefined) {
    const verdict = this.context.decisions.of(barrier, this.source.id)
    if (verdict === undefined || verdict.slice.signed !== before?.signature?.checksum)
      throw new UnitFailed({
        code: 'decision_lost',
        message: `what was decided of ${this.source.name} is no longer about what it holds: run the pipeline again, it decides anew`,
        consequence: 'fail_unit',
      })
    return verdict
  }

  #recalled(): string | undefined {
    const { id, files } = this.source
    const known = this.context.ledger.get('input', id)
    const isSame =
      known?.stamps.length === files.length && files.every(({ stamp }, index) => known.stamps[index] === stamp)
    return isSame ? known?.digest : undefined
  }

  #inputRecord(digest: string): LedgerRecord {
    return { kind: 'input', partition: this.source.id, stamps: this.source.files.map(({ stamp }) => stamp), digest }
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
