import { randomBytes } from 'node:crypto'
import { renameSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SourceSpec, TaskFailure } from '../../core/pipeline-spec.js'
import type { ExportedFile, LedgerRecord, OpenSourceRecord, PlacedRecord, StagesRecord } from '../../core/records.js'
import type { StagesResult } from '../../core/unit-result.js'
import type { StagesUnit } from '../../core/work-unit.js'
import { raceFor } from '../../execution/scheduler/commit.js'
import type { Part } from '../../execution/scheduler/share-work.js'
import { superviseUnit, UnitFailed } from '../../execution/scheduler/supervise.js'
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

/** A damaged spool is made again so often at most. */
const mostSetbacks = 3

/** A source on its way through a pipeline: looks in the ledger first, and runs what is missing. */
export class SourceWork implements Part {
  #digest: string | undefined
  #isDone = false
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
    return this.#digest === undefined ? undefined : this.#fingerprintAt(this.context.pipeline.stages.length)
  }

  async work(): Promise<void> {
    try {
      if (await this.#isSame()) return
      if (this.#latest() === undefined && keepsOthers(this.context, this.source)) this.#isDone = true
      else await this.#complete()
    } finally {
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
    const { ranges, stages } = this.context.pipeline
    for (let last = this.#latest(); ; ) {
      if (last?.done === stages.length) return last
      const at = ranges.findIndex(({ from }) => from === (last?.done ?? 0))
      last = at < 0 ? await this.#commitEmpty() : ((await this.#runRange(ranges[at], last)) ?? this.#latest())
    }
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
    const { digest = '' } = await this.#supervise({ from: 0, to: 0, pool: this.#anyPool() }, { digestOnly: true })
    this.#digest = digest
    await ledger.commit([this.#inputRecord(digest)])
    return this.isDone()
  }

  #anyPool(): number {
    return this.context.pipeline.ranges[0]?.pool ?? 0
  }

  /** The furthest that is committed. */
  #latest(): StagesRecord | undefined {
    if (this.#digest === undefined) return undefined
    const { ranges, stages } = this.context.pipeline
    for (const done of [stages.length, ...[...ranges].reverse().map(({ from }) => from)]) {
      const record = done === 0 ? undefined : this.context.ledger.get('stages', this.#fingerprintAt(done))
      if (record !== undefined) return record
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
      await this.#withdraw(before, error.error.message)
      return undefined
    }
    if (result.failures.length > 0) throw new SourceFailed(result.failures)
    const record = await this.#commit(range, result, before)
    this.#release()
    this.#spooled = { bytes: record.spool?.sizeBytes ?? 0, stage: range.to }
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
    { from, to, pool }: StageRange,
    { before, digestOnly }: { readonly before?: StagesRecord; readonly digestOnly?: boolean },
  ): Promise<StagesResult> {
    const { id, name } = this.source
    const source = { ...this.source, digest: this.#digest }
    const input =
      before?.spool === undefined ? ({ kind: 'task' } as const) : ({ kind: 'spool', file: before.spool } as const)
    const result = await superviseUnit(
      this.context,
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
    const record: StagesRecord = {
      kind: 'stages',
      fingerprint,
      source: source.id,
      attempt: randomBytes(4).toString('hex'),
      done: to,
      spool: result.spool,
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
    const placed: PlacedRecord = { kind: 'placed', source: source.id, fingerprint, files }
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
    for (const { from } of pipeline.ranges) {
      const record = from === 0 ? undefined : ledger.get('stages', this.#fingerprintAt(from))
      if (record?.spool === undefined) continue
      await ledger.withdraw([record])
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

  #fingerprintAt(done: number): string {
    return fingerprintOfSource(this.source, this.#digest, this.context.pipeline.links.slice(0, done))
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
