import { setMaxListeners } from 'node:events'
import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import type { Recipe } from '../config/recipe.js'
import type { EventBody } from '../core/events.js'
import type { LedgerRecord } from '../core/records.js'
import type { Shard } from '../core/shard.js'
import type { JobSpec } from '../core/work-unit.js'
import { type ExportSettings, stagedRoot } from '../execution/coordinator/export/export-form.js'
import { Team } from '../execution/coordinator/scheduler/team.js'
import { JobFailure, JobLeft, JobStopped } from '../execution/protocol/job-failure.js'
import type { EpochNote } from '../state/epochs.js'
import { EventLog } from '../state/event-log.js'
import { HumanLog } from '../state/human-log.js'
import type { JobDirectory } from '../state/job-directory.js'
import { SummaryFile } from '../state/job-summary.js'
import { type Lease, LeaseLost } from '../state/lease.js'
import type { Ledger } from '../state/ledger.js'
import { makeFolderDurably, writeFileAtomically } from '../util/durable-file.js'
import { newWriter } from '../util/staging.js'
import { describeDifference } from './epoch-key.js'
import type { ExaminedJob } from './examine-job.js'
import { specOf } from './job-spec.js'
import type { TallyStart } from './job-tally.js'
import { openExecutor, type Workers } from './open-executor.js'
import { bundlePath, type OpenRecipe } from './open-recipe.js'
import { type HeldState, type Holding, holdState, type StagingFolders } from './open-session.js'
import { type Progress, ProgressMeter } from './progress.js'
import type { MeteredOptions } from './run-options.js'
import { SessionStatus } from './session-status.js'
import { firstSummary, resumeCommandOf } from './summarize.js'

const megabyte = 1_000_000

/** What was learned of a job before it was touched. */
interface Entering {
  readonly directory: JobDirectory
  readonly examined: ExaminedJob
  readonly exporting: ExportSettings
  readonly key: string
  readonly shard: Shard | undefined
}

/** A directory that was entered, with what came into this process's hands. */
interface Entered extends Pick<Entering, 'directory' | 'exporting' | 'key'> {
  readonly writer: string
  readonly held: HeldState
}

/** A job directory in the hands of this process: its lease, ledger, logs and workers. Closing it gives all of them up. */
export class JobSession implements AsyncDisposable {
  readonly directory: JobDirectory
  readonly writer: string
  readonly held: HeldState
  readonly key: string
  readonly exporting: ExportSettings
  readonly started: Date
  readonly recipe: Recipe
  readonly spec: JobSpec
  readonly ledger: Ledger
  readonly lease: Lease
  /** What this process shares with others on the job; from the moment on at which the epoch is known. */
  team: Team | undefined
  readonly executor: Workers
  readonly meter: ProgressMeter
  /** Aborts where the user stops the job, and where the lease is lost. */
  readonly signal: AbortSignal
  readonly #status: SessionStatus
  readonly #human: HumanLog
  readonly #events: EventLog
  #summary: SummaryFile | undefined
  #isOver = false

  private constructor(
    open: OpenRecipe,
    { directory, writer, held, key, exporting }: Entered,
    readonly options: MeteredOptions,
  ) {
    this.directory = directory
    this.writer = writer
    this.held = held
    this.key = key
    this.exporting = exporting
    this.recipe = open.recipe
    this.lease = held.lease
    this.ledger = held.ledger
    this.spec = specOf(open, directory, writer)
    const { event_logging: logging, jobId, event_log_dir: folder } = this.recipe
    this.executor = openExecutor(this.recipe, this.spec, {
      logFolder: directory.logs,
      onWarning: message => this.warn(message),
    })
    this.meter = options.meter ?? new ProgressMeter()
    this.meter.workerMemory = () => this.executor.memoryBytes()
    this.started = this.meter.startedAt
    this.executor.prepare()
    const onFailure = (message: string) => options.onWarning?.(message)
    this.#human = new HumanLog(directory.logs, this.started, onFailure)
    makeLogFolder(folder)
    this.#events = new EventLog({
      folder,
      jobId,
      started: this.started,
      settings: {
        enabled: logging.enabled,
        maxBytes: logging.max_log_size_mb * megabyte,
        backups: logging.backup_count,
      },
      onEvent: event => this.#onEvent(event),
      onFailure,
    })
    this.#status = new SessionStatus({
      ...{ folder: directory.status, writer, meter: this.meter, workers: () => this.executor.workers(), onFailure },
      ...{ jobId, started: this.started, exportPath: exporting.target },
      eventLog: logging.enabled ? this.#events.path : null,
      resumeCommand: resumeCommandOf(this.recipe.jobDir),
      operators: this.recipe.operators.map(({ name }) => name),
    })
    const { signal } = options
    this.signal = AbortSignal.any([this.lease.lost, this.#status.asked, ...(signal === undefined ? [] : [signal])])
    // Each busy worker listens.
    setMaxListeners(0, this.signal)
  }

  /** Why the job is to stop, where the user or somebody else asked for it. */
  get stopReason(): string | undefined {
    const asked = [this.#status.asked, this.options.signal].find(signal => signal?.aborted)
    if (asked === undefined) return undefined
    return typeof asked.reason === 'string' ? asked.reason : 'the job was stopped'
  }

  /** Takes over what earlier runs did. */
  measureFrom(start: TallyStart): void {
    this.meter.begin(start)
    this.#status.begin(start)
  }

  /** @throws {JobLockedError} where a living process runs the job */
  static async open(
    open: OpenRecipe,
    { directory, examined, exporting, key, shard }: Entering,
    options: MeteredOptions,
  ): Promise<JobSession> {
    const writer = newWriter()
    const folders = stagingFolders(open.recipe, { directory, examined, exporting })
    const intents = [...examined.ledger.exports()].filter(({ state }) => state === 'intent')
    const holding: Holding = {
      ...{ writer, directory, key, shard, folders, ledger: examined.ledger, hasFormat: examined.hasFormat },
      kept: new Set(intents.map(stagedRoot)),
      describeDifference: () => whyNotJoin(open.recipe, directory),
    }
    const held = await holdState(holding, options)
    for (const folder of [open.recipe.checkpoint_dir, open.recipe.partition_dir]) makeFolderDurably(folder)
    for (const bundle of open.bundles) writeFileAtomically(bundlePath(directory.metadata, bundle), bundle.code, writer)
    const session = new JobSession(open, { directory, writer, held, key, exporting }, options)
    session.#folders = folders
    session.#shard = shard
    for (const { path, reason } of held.damages) session.emit({ event_type: 'record_damaged', path, reason })
    return session
  }

  /** Takes up work in an epoch, together with whoever is in it. */
  enter(epoch: EpochNote): Team {
    const { writer, directory, ledger, signal, options } = this
    this.team = new Team({
      ...{ epoch: epoch.number, writer, directory, ledger, signal },
      hands: this.held.hands,
      folders: this.#folders,
      leavesWhenIdle: options.leavesWhenIdle ?? false,
      shard: this.#shard,
      onNews: record => this.#onNews(record),
    })
    if (this.held.joined === undefined) this.team.clear()
    this.held.opening?.release()
    return this.team
  }

  emit(event: EventBody): void {
    this.#events.emit(event)
  }

  warn(message: string): void {
    this.emit({ event_type: 'warning', message })
  }

  /** Puts the job on record as running. */
  begin(partitions: number): void {
    this.#partitions = partitions
    const { directory, started } = this
    const log = this.recipe.event_logging.enabled ? this.#events.path : null
    this.#summary = new SummaryFile(
      directory.summary,
      firstSummary({
        recipe: this.recipe,
        started,
        exportPath: this.exporting.target,
        eventLog: log,
        pid: process.pid,
        host: hostname(),
        partitions,
      }),
      { writer: this.writer, onFailure: message => this.warn(message) },
    )
  }

  /** Counts the partitions that an earlier run finished. */
  reuse(finished: number): void {
    this.#finished = finished
  }

  /** Puts on record how the job ended. */
  end(outcome: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    const now = new Date()
    const durationMs = now.getTime() - this.started.getTime()
    const times = {
      end_time: now.toISOString(),
      duration: durationMs / 1000,
      partitions_done: this.#finished,
    }
    // What others go on with is no longer this process's to tell of.
    if (this.lease.isTaken || outcome instanceof JobLeft || this.team?.isShared()) this.#summary = undefined
    if (outcome instanceof LeaseLost) this.emit({ event_type: 'lease_lost', reason: outcome.message })
    if (outcome instanceof JobStopped || outcome instanceof JobLeft || outcome instanceof LeaseLost) {
      this.emit({ event_type: 'job_stopped', duration_ms: durationMs, reason: outcome.message })
      this.#summary?.update({ ...times, status: 'stopped', stop_time: now.toISOString(), stop_reason: outcome.message })
      return
    }
    const { code, message } = outcome as { code?: string; message: string }
    this.emit({ event_type: 'job_failed', duration_ms: durationMs, code: code ?? 'unexpected', error_message: message })
    const partitions = outcome instanceof JobFailure ? outcome.partitions : []
    const failed = partitions.map(({ message: error_message, ...rest }) => ({ ...rest, error_message }))
    this.#summary?.update({ ...times, status: 'failed', error_message: message, failed_partitions: failed })
  }

  /** Puts on record that the job is complete. */
  complete(totals: {
    readonly samplesIn: number
    readonly samplesOut: number
    readonly quarantined: number
    readonly inputBytes: number
    readonly wasComplete: boolean
  }): Progress {
    this.#isOver = true
    const now = new Date()
    const durationMs = now.getTime() - this.started.getTime()
    const { samplesIn, samplesOut, quarantined, inputBytes, wasComplete } = totals
    this.meter.complete(inputBytes, wasComplete)
    const progress = this.meter.snapshot()
    this.emit({
      event_type: 'job_complete',
      duration_ms: durationMs,
      samples_in: samplesIn,
      samples_out: samplesOut,
      quarantined,
    })
    this.#summary?.update({
      status: 'completed',
      end_time: now.toISOString(),
      duration: durationMs / 1000,
      partitions_done: this.#partitions,
      partitions_total: this.#partitions,
      samples_in: samplesIn,
      samples_out: samplesOut,
      quarantined,
      input_bytes: inputBytes,
      bytes_per_second: Math.round(progress.bytesPerSecond),
    })
    return progress
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.executor[Symbol.asyncDispose]()
    await this.ledger.close()
    this.#status.end()
    this.#events.close()
    this.#human.close()
    this.team?.close()
    this.held.opening?.release()
    this.lease.withdraw()
  }

  #folders: StagingFolders = { own: [], shared: [] }
  #shard: Shard | undefined

  #onNews(record: LedgerRecord): void {
    if (record.kind !== 'point') return
    this.meter.onOthers(record)
    if (record.opsDone === this.recipe.operators.length) this.#countFinished()
  }

  #countFinished(): void {
    this.#finished = Math.min(this.#partitions, this.#finished + 1)
    if (performance.now() - this.#lastUpdate < summaryEveryMs) return
    this.#lastUpdate = performance.now()
    this.#summary?.update({ partitions_done: this.#finished, partitions_total: this.#partitions })
  }

  #lastUpdate = 0
  #partitions = 0
  /** Partitions that are finished, by this run or an earlier one. */
  #finished = 0

  #onEvent(event: EventBody): void {
    this.#human.write(event)
    this.meter.onEvent(event)
    this.#status.onEvent(event)
    this.options.onEvent?.(event)
    if (event.event_type === 'warning') this.options.onWarning?.(event.message)
    if (event.event_type === 'record_damaged') this.options.onWarning?.(event.reason)
    if (event.event_type === 'partition_complete') this.#countFinished()
  }
}

const summaryEveryMs = 2_000

/** The folders in which a job stages files: those of its own, and those beside its exports, where others may stage, too. */
function stagingFolders(
  { checkpoint_dir, partition_dir, event_log_dir }: Recipe,
  { directory, examined, exporting }: Omit<Entering, 'key' | 'shard'>,
): StagingFolders {
  const own = [...directory.folders, checkpoint_dir, partition_dir, event_log_dir]
  const exports = [...examined.ledger.exports()].map(({ target }) => dirname(target))
  return { own: [...new Set(own)], shared: [...new Set([...exports, dirname(exporting.target)])] }
}

function whyNotJoin(recipe: Recipe, directory: JobDirectory): string {
  return `this recipe differs from its (${describeDifference(recipe, directory)}), so that it cannot join; the same recipe could, and another --job_id begins a job beside it`
}

/** A folder for logs that cannot be made is met, and told, where the log is opened. */
function makeLogFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}
