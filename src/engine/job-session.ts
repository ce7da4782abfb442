import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Recipe } from '../config/recipe.js'
import type { EventBody } from '../core/events.js'
import type { JobSpec } from '../core/work-unit.js'
import type { ExportSettings } from '../execution/export/publish-export.js'
import { LocalExecutor } from '../execution/local/local-executor.js'
import { JobStopped } from '../execution/scheduler/run-context.js'
import { EventLog } from '../state/event-log.js'
import { HumanLog } from '../state/human-log.js'
import { JobDirectory } from '../state/job-directory.js'
import { JobLock } from '../state/job-lock.js'
import { SummaryFile } from '../state/job-summary.js'
import { Ledger } from '../state/ledger.js'
import { usableCores } from '../util/cpu.js'
import { makeFolderDurably, stagingPrefix, writeFileAtomically } from '../util/durable-file.js'
import { bundlePath, type OpenRecipe } from './open-recipe.js'
import { type Progress, ProgressMeter } from './progress.js'
import type { MeteredOptions } from './run-options.js'
import { firstSummary } from './summarize.js'

const megabyte = 1_000_000
/** Input that goes through a segment's operators at once: small enough to stay in a core's cache. */
const batchBytes = 1 << 20

/** A job directory in the hands of this process: its lock, ledger, logs and workers. Closing it gives all of them up. */
export class JobSession implements AsyncDisposable {
  readonly directory: JobDirectory
  readonly started: Date
  readonly spec: JobSpec
  readonly executor: LocalExecutor
  readonly meter: ProgressMeter
  #events: EventLog
  #summary: SummaryFile | undefined
  #isOver = false

  private constructor(
    readonly recipe: Recipe,
    readonly ledger: Ledger,
    readonly lock: JobLock,
    readonly human: HumanLog,
    readonly wasNew: boolean,
    readonly observer: MeteredOptions,
    open: OpenRecipe,
  ) {
    this.directory = new JobDirectory(recipe.jobDir)
    this.spec = specOf(open, this.directory)
    const { worker, event_logging: logging } = recipe
    this.executor = new LocalExecutor(this.spec, {
      workers: recipe.np ?? usableCores(),
      stallMs: worker.stall_timeout_s * 1000,
      memoryBytes: worker.memory_mb * megabyte,
      logFolder: this.directory.logs,
    })
    this.meter = observer.meter ?? new ProgressMeter()
    this.meter.workerMemory = () => this.executor.memoryBytes()
    this.started = this.meter.startedAt
    const settings = {
      enabled: logging.enabled,
      maxBytes: logging.max_log_size_mb * megabyte,
      backups: logging.backup_count,
    }
    this.#events = new EventLog(recipe.event_log_dir, recipe.jobId, this.started, settings, event =>
      this.#onEvent(event),
    )
  }

  static async open(open: OpenRecipe, exporting: ExportSettings, observer: MeteredOptions): Promise<JobSession> {
    const { recipe } = open
    const directory = new JobDirectory(recipe.jobDir)
    const wasNew = !existsSync(directory.metadata)
    directory.make()
    for (const folder of [recipe.checkpoint_dir, recipe.partition_dir, recipe.event_log_dir]) makeFolderDurably(folder)
    const lock = JobLock.acquire(directory.metadata, recipe.jobDir)
    try {
      for (const folder of [
        directory.path,
        directory.quarantine,
        directory.partitions,
        recipe.checkpoint_dir,
        recipe.partition_dir,
      ])
        removeGarbage(folder)
      for (const bundle of open.bundles) keepBundle(directory, bundle)
      const ledger = await Ledger.open(directory.ledger, randomBytes(4).toString('hex'))
      const session = new JobSession(
        recipe,
        ledger,
        lock,
        new HumanLog(directory.logs, new Date()),
        wasNew,
        observer,
        open,
      )
      session.#exportPath = exporting.target
      return session
    } catch (error) {
      lock.release()
      throw error
    }
  }

  #exportPath = ''

  /** Takes back the directory of a job that was refused before it began. */
  forget(): void {
    this.#isOver = true
    this.#isForgotten = this.wasNew
  }

  #isForgotten = false

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
      firstSummary(this.recipe, started, this.#exportPath, log, process.pid, hostname(), partitions),
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
    if (outcome instanceof JobStopped) {
      this.emit({ event_type: 'job_stopped', duration_ms: durationMs, reason: outcome.message })
      this.#summary?.update({ ...times, status: 'stopped', stop_time: now.toISOString(), stop_reason: outcome.message })
      return
    }
    const { code, message } = outcome as { code?: string; message: string }
    this.emit({ event_type: 'job_failed', duration_ms: durationMs, code: code ?? 'unexpected', error_message: message })
    this.#summary?.update({ ...times, status: 'failed', error_message: message })
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
    this.#events.close()
    this.human.close()
    this.lock.release()
    if (this.#isForgotten) rmSync(this.directory.path, { recursive: true, force: true })
  }

  #lastUpdate = 0
  #partitions = 0
  /** Partitions that are finished, by this run or an earlier one. */
  #finished = 0

  #onEvent(event: EventBody): void {
    this.human.write(event)
    this.meter.onEvent(event)
    this.observer.onEvent?.(event)
    if (event.event_type === 'warning') this.observer.onWarning?.(event.message)
    if (event.event_type !== 'partition_complete') return
    this.#finished++
    if (performance.now() - this.#lastUpdate < summaryEveryMs) return
    this.#lastUpdate = performance.now()
    this.#summary?.update({ partitions_done: this.#finished, partitions_total: this.#partitions })
  }
}

const summaryEveryMs = 2_000

function specOf({ recipe, bundles }: OpenRecipe, directory: JobDirectory): JobSpec {
  const { format, compression } = recipe.intermediate_storage
  return {
    jobId: recipe.jobId,
    jobDir: directory.path,
    checkpointDir: recipe.checkpoint_dir,
    partitionDir: recipe.partition_dir,
    operators: recipe.operators,
    customModules: bundles.map(bundle => bundlePath(directory.metadata, bundle)),
    textKeys: recipe.text_keys,
    seed: recipe.seed,
    onError: recipe.on_error,
    maxSampleBytes: Math.round(recipe.max_sample_mb * megabyte),
    batchBytes,
    storage: { format, compression },
    keepHashes: recipe.keep_hashes_in_res_ds,
  }
}

function keepBundle(directory: JobDirectory, bundle: OpenRecipe['bundles'][number]): void {
  mkdirSync(join(directory.metadata, 'operators'), { recursive: true })
  writeFileAtomically(bundlePath(directory.metadata, bundle), bundle.code)
}

/** Removes what processes that died were writing; nothing vouches for it. */
function removeGarbage(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(stagingPrefix)) rmSync(join(folder, name), { recursive: true, force: true })
}
