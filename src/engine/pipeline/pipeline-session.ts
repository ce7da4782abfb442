import { setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { EventBody } from '../../core/events.js'
import type { LedgerRecord } from '../../core/records.js'
import { Team } from '../../execution/coordinator/scheduler/team.js'
import type { Executor } from '../../execution/protocol/executor.js'
import { JobFailure, JobLeft, JobStopped } from '../../execution/protocol/job-failure.js'
import type { RaySettings } from '../../execution/ray/ray-settings.js'
import { bundleName } from '../../ops/custom/bundle-custom.js'
import type { EpochNote } from '../../state/epochs.js'
import { EventLog } from '../../state/event-log.js'
import { HumanLog } from '../../state/human-log.js'
import type { JobDirectory } from '../../state/job-directory.js'
import { SummaryFile } from '../../state/job-summary.js'
import { LeaseLost } from '../../state/lease.js'
import { writeFileAtomically } from '../../util/durable-file.js'
import { discardStaged, stagedFolder } from '../../util/staging.js'
import { type HeldState, type Holding, holdState } from '../open-session.js'
import { SessionStatus } from '../session-status.js'
import { version } from '../version.js'
import type { PipelineOptions } from './pipeline-options.js'
import type { PipelineMeter } from './pipeline-progress.js'
import type { PipelinePlan } from './plan-pipeline.js'
import { Pools } from './pools.js'

const logBytes = 100_000_000

/** What a session is opened for. */
interface Opening {
  readonly plan: PipelinePlan
  readonly holding: Holding
  readonly jobId: string
  readonly options: PipelineOptions
  readonly meter: PipelineMeter
  /** Where workers run on a Ray cluster. */
  readonly ray: Pick<RaySettings, 'address' | 'placement'> | undefined
}

/** The state directory of a pipeline in the hands of this process: its lease, ledger, logs and workers. */
export class PipelineSession implements AsyncDisposable {
  readonly started = new Date()
  readonly directory: JobDirectory
  readonly writer: string
  readonly signal: AbortSignal
  readonly executor: Executor
  team: Team | undefined
  onNews: (record: LedgerRecord) => void = () => {}
  readonly #events: EventLog
  readonly #human: HumanLog
  readonly #status: SessionStatus
  #summary: SummaryFile | undefined
  #isOver = false
  #isClosed = false

  private constructor(
    readonly opening: Opening,
    readonly held: HeldState,
  ) {
    const { plan, holding, jobId, options, meter } = opening
    const { directory, writer } = holding
    this.directory = directory
    this.writer = writer
    const onFailure = (message: string) => options.onWarning?.(message)
    this.#human = new HumanLog(directory.logs, this.started, onFailure)
    this.#events = new EventLog({
      ...{ folder: directory.path, jobId, started: this.started, onFailure },
      settings: { enabled: true, maxBytes: logBytes, backups: 5 },
      onEvent: event => this.#onEvent(event),
    })
    const pools = new Pools(this.spec, {
      ...{ pools: plan.pools, inline: plan.inline, logFolder: directory.logs },
      stallMs: (options.stallTimeoutS ?? 600) * 1000,
      ray: opening.ray && {
        ...{ ...opening.ray, workers: options.workers },
        onWarning: message => this.emit({ event_type: 'warning', message }),
      },
    })
    this.executor = pools
    meter.memoryOf = () => pools.memoryBytes()
    this.#status = new SessionStatus({
      ...{ folder: directory.status, writer, meter, workers: () => pools.workers(), onFailure },
      ...{ jobId, started: this.started, exportPath: plan.outputs.map(({ folder }) => folder).join(', ') },
      eventLog: this.#events.path,
      resumeCommand: resumeCommand(),
      operators: plan.stages.map(({ name }) => name),
    })
    const { signal } = options
    this.signal = AbortSignal.any([held.lease.lost, this.#status.asked, ...(signal === undefined ? [] : [signal])])
    setMaxListeners(0, this.signal)
  }

  static async open(opening: Opening): Promise<PipelineSession> {
    const { plan, holding, options } = opening
    const held = await holdState(holding, options)
    for (const bundle of plan.bundles)
      writeFileAtomically(join(holding.directory.operators, bundleName(bundle)), bundle.code, holding.writer)
    const session = new PipelineSession(opening, held)
    for (const { path, reason } of held.damages) session.emit({ event_type: 'record_damaged', path, reason })
    return session
  }

  /** What workers are told. */
  get spec() {
    const { plan, holding, jobId } = this.opening
    const { directory, writer } = holding
    return {
      ...{
        writer,
        jobId,
        jobDir: directory.path,
        checkpointDir: directory.checkpoints,
        partitionDir: directory.partitions,
      },
      ...{
        operators: plan.barriers.map(({ use }) => use),
        customModules: [],
        mediaDir: process.cwd(),
        textKeys: ['text'],
        seed: 42,
        onError: 'quarantine' as const,
      },
      ...{
        maxSampleBytes: 64_000_000,
        batchBytes: 1 << 20,
        storage: { format: 'jsonl', compression: 'none' } as const,
      },
      ...{ keepHashes: false, nan: 'keep' as const, pipeline: plan.spec },
    }
  }

  /** Takes up work in an epoch, together with whoever is in it. */
  enter(epoch: EpochNote): Team {
    const { holding, plan, options } = this.opening
    const { folders } = holding
    this.team = new Team({
      ...{
        epoch: epoch.number,
        writer: this.writer,
        directory: this.directory,
        ledger: this.held.ledger,
        signal: this.signal,
      },
      ...{ hands: this.held.hands, folders, shard: holding.shard, leavesWhenIdle: options.leavesWhenIdle ?? false },
      onNews: record => this.onNews(record),
    })
    if (this.held.joined === undefined) this.team.clear()
    this.held.opening?.release()
    this.#summary = new SummaryFile(this.directory.summary, this.#firstSummary(plan), {
      writer: this.writer,
      onFailure: message => this.warn(message),
    })
    return this.team
  }

  emit(event: EventBody): void {
    this.#events.emit(event)
  }

  warn(message: string): void {
    this.emit({ event_type: 'warning', message })
  }

  /** Why the run is to stop, where the user or somebody else asked for it. */
  get stopReason(): string | undefined {
    const asked = [this.#status.asked, this.opening.options.signal].find(signal => signal?.aborted)
    if (asked === undefined) return undefined
    return typeof asked.reason === 'string' ? asked.reason : 'the pipeline was stopped'
  }

  /** Puts on record how the run ended. */
  end(outcome: { readonly kind: 'complete' } | { readonly kind: 'failed'; readonly error: unknown }): void {
    if (this.#isOver) return
    this.#isOver = true
    const { meter } = this.opening
    const { total, complete, itemsIn, itemsOut } = meter
    const durationMs = Date.now() - this.started.getTime()
    const now = new Date().toISOString()
    const times = { end_time: now, duration: durationMs / 1000, partitions_done: complete, partitions_total: total }
    const error = outcome.kind === 'failed' ? outcome.error : undefined
    if (this.held.lease.isTaken || error instanceof JobLeft || (error !== undefined && this.team?.isShared()))
      this.#summary = undefined
    if (error === undefined) {
      meter.phase = 'done'
      this.emit({
        event_type: 'job_complete',
        duration_ms: durationMs,
        samples_in: itemsIn,
        samples_out: itemsOut,
        quarantined: meter.quarantined,
      })
      this.#summary?.update({
        ...times,
        status: 'completed',
        samples_in: itemsIn,
        samples_out: itemsOut,
        quarantined: meter.quarantined,
      })
    } else if (error instanceof JobStopped || error instanceof JobLeft || error instanceof LeaseLost) {
      if (error instanceof LeaseLost) this.emit({ event_type: 'lease_lost', reason: error.message })
      this.emit({ event_type: 'job_stopped', duration_ms: durationMs, reason: error.message })
      this.#summary?.update({ ...times, status: 'stopped', stop_time: now, stop_reason: error.message })
    } else {
      const { code = 'unexpected', message } = error as { code?: string; message: string }
      this.emit({ event_type: 'job_failed', duration_ms: durationMs, code, error_message: message })
      const partitions = error instanceof JobFailure ? error.partitions : []
      const failed = partitions.map(({ message: error_message, ...rest }) => ({ ...rest, error_message }))
      this.#summary?.update({ ...times, status: 'failed', error_message: message, failed_partitions: failed })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.executor[Symbol.asyncDispose]()
    discardStaged(stagedFolder(this.directory.checkpoints, this.writer, `node-${hostname()}`))
    await this.held.ledger.close()
    this.#status.end()
    this.#events.close()
    this.#human.close()
    this.team?.close()
    this.held.opening?.release()
    this.held.lease.withdraw()
  }

  #onEvent(event: EventBody): void {
    const { options, meter } = this.opening
    this.#human.write(event)
    this.#status.onEvent(event)
    options.onEvent?.(event)
    if (event.event_type === 'warning') options.onWarning?.(event.message)
    if (event.event_type === 'record_damaged') options.onWarning?.(event.reason)
    if (event.event_type === 'sample_quarantined') meter.quarantined += event.samples
  }

  #firstSummary({ name, outputs }: PipelinePlan) {
    const { directory, started, opening } = this
    const { path } = directory
    return {
      ...{ job_id: opening.jobId, project_name: name, status: 'running' as const, start_time: started.toISOString() },
      ...{
        end_time: null,
        duration: null,
        pid: process.pid,
        host: hostname(),
        pawl_version: version,
        executor_type: opening.ray === undefined ? 'local' : 'ray_partitioned',
      },
      ...{
        work_dir: path,
        job_dir: path,
        config_file: null,
        backed_up_config_path: join(directory.metadata, 'pipeline.json'),
      },
      ...{ resumption_command: resumeCommand(), event_log_file: this.#events.path, event_log_dir: path },
      ...{
        checkpoint_dir: directory.checkpoints,
        partition_dir: directory.partitions,
        metadata_dir: directory.metadata,
      },
      export_path: outputs.map(({ folder }) => folder).join(', '),
      ...{
        partitions_total: opening.meter.total,
        partitions_done: opening.meter.complete,
        samples_in: null,
        samples_out: null,
      },
      ...{ quarantined: null, skipped_operators: [], input_bytes: null, bytes_per_second: null, error_message: null },
      ...{ failed_partitions: [], stop_time: null, stop_reason: null },
    }
  }
}

/** The command that this process was started with: run again, it goes on. */
function resumeCommand(): string {
  const quote = (word: string) => (/^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
  return ['node', ...process.argv.slice(1)].map(quote).join(' ')
}
