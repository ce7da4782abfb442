import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { readShard } from '../../config/read-shard.js'
import type { Shard } from '../../core/shard.js'
import { UsageError } from '../../core/usage-error.js'
import { JobFailure, JobStopped } from '../../execution/protocol/job-failure.js'
import { describeFailure, isSystemError } from '../../execution/protocol/unit-failure.js'
import { currentEpoch } from '../../state/epochs.js'
import { Hands } from '../../state/hands.js'
import { JobDirectory } from '../../state/job-directory.js'
import { checkFormat } from '../../state/job-format.js'
import { LedgerIndex } from '../../state/ledger-index.js'
import type { RecordedRoots } from '../../state/recorded-roots.js'
import { rememberWorkDir } from '../../state/work-dirs.js'
import { usableCores } from '../../util/cpu.js'
import { newWriter } from '../../util/staging.js'
import { refuseUnwritablePlaces } from '../refuse-unwritable.js'
import { completeSources } from './complete-sources.js'
import { listSources } from './list-sources.js'
import { openWorks } from './open-works.js'
import { OutputManifest } from './output-manifest.js'
import { PendingOutputs } from './pending-outputs.js'
import { epochKeyOf, pin, pinnedSourcesOf, setPinnedAside } from './pin-pipeline.js'
import { type PinnedSources, type RecordedSources, readPinned } from './pinned-sources.js'
import { contextOf } from './pipeline-context.js'
import type { PipelineOptions, PipelineOutcome } from './pipeline-options.js'
import { countSources, describeDifference, describeStart, endingOf } from './pipeline-outcome.js'
import { type PipelineScript, refusePlace, refuseUnresumable, stateBeside } from './pipeline-place.js'
import { PipelineMeter } from './pipeline-progress.js'
import { PipelineSession } from './pipeline-session.js'
import { refuseStrangers } from './place-outputs.js'
import { placePipeline } from './place-pipeline.js'
import { type PipelinePlan, planPipeline } from './plan-pipeline.js'
import { rayOfPipeline } from './ray-of-pipeline.js'
import { refusalOfOwnOutput } from './refuse-own-output.js'
import { removeState } from './remove-state.js'
import { withdrawQuarantined } from './replay-quarantined.js'
import type { SourceList } from './source-list.js'

export type { PipelineScript } from './pipeline-place.js'

/**
 * Runs a pipeline to its end: a new one, or whatever is missing of one that was begun. However it ends, what is
 * committed stays, and the next run goes on from it.
 *
 * @throws {UsageError} before any work, where stages, options or places make no sense together
 * @throws {JobLockedError} where another process runs another pipeline on the same state
 * @throws {JobFailure} where it cannot go on; the message says what to do
 * @throws {JobStopped} where `signal` stopped it
 */
export async function runPipeline(script: PipelineScript, options: PipelineOptions): Promise<PipelineOutcome> {
  const started = performance.now()
  try {
    return await new PipelineRun(script, options, started).run()
  } catch (error) {
    throw isSystemError(error)
      ? new JobFailure(error.code ?? 'EIO', describeFailure(error).message, { cause: error })
      : error
  }
}

/** What was found before anything is written. */
interface Found {
  readonly directory: JobDirectory
  readonly plan: PipelinePlan
  readonly key: string
  readonly tag: string
}

class PipelineRun {
  readonly #meter = new PipelineMeter()
  #roots: RecordedRoots = { places: {} }
  /** What an earlier run pinned; let go of once it is known what differs. */
  #before: RecordedSources | undefined
  /** Sources as they are listed today. */
  #sources: SourceList | undefined
  /** Why what was pinned cannot be read. */
  #damage: string | undefined

  constructor(
    readonly script: PipelineScript,
    readonly options: PipelineOptions,
    readonly started: number,
  ) {}

  async run(): Promise<PipelineOutcome> {
    const { script, options } = this
    const { workers = usableCores() } = options
    if (!Number.isInteger(workers) || workers < 1)
      throw new UsageError(`workers: ${workers} is no whole number from 1 on`)
    const ray = rayOfPipeline(options)
    const shard = readShard(this.options.shard ?? 'lease', process.env)
    const stateDir = resolve(options.checkpointPath ?? stateBeside(script))
    refusePlace(new JobDirectory(stateDir))
    if (options.checkpointPath !== undefined) refuseUnresumable(script)
    const found = await this.#find(stateDir, workers)
    const { directory, plan } = found
    await this.#list(found)
    if (options.signal?.aborted) throw new JobStopped('the pipeline was stopped')
    const holding = this.#holdingOf(found, shard)
    await using session = await PipelineSession.open({
      ...{ plan, holding, jobId: basename(stateDir), options, meter: this.#meter, ray },
    })
    if (this.#damage !== undefined && session.held.joined === undefined) setPinnedAside(session, this.#damage)
    rememberWorkDir(dirname(directory.path))
    for (const message of plan.warnings) session.warn(message)
    try {
      const outcome = await this.#runHeld(session, found)
      session.end({ kind: 'complete' })
      return await this.#finished(session, outcome)
    } catch (error) {
      const ending = endingOf(error, session)
      session.end({ kind: 'failed', error: ending })
      throw ending
    }
  }

  async #find(stateDir: string, workers: number): Promise<Found> {
    const { script, options } = this
    const { workerMemoryMb = 1024, initialTasks } = options
    const { directory, roots } = await placePipeline(stateDir, script.stages, options.roots)
    this.#roots = roots
    const pinned = readPinned(directory)
    if (pinned.kind === 'read') this.#before = pinned.content
    if (pinned.kind === 'damaged') this.#damage = pinned.reason
    const tag = this.#before?.tag ?? randomBytes(4).toString('hex')
    const plan = await planPipeline(script.name, script.stages, {
      ...{ workers, workerMemoryMb, hasInitialTasks: initialTasks !== undefined },
      ...{ bundleFolder: directory.operators, roots: directory.roots, tag },
    })
    return { directory, plan, key: epochKeyOf(plan, directory), tag }
  }

  /** Lists the sources, unless others are at work: who joins them takes theirs. */
  async #list({ directory, plan, key }: Found): Promise<void> {
    const isJoining = currentEpoch(directory.epochs)?.key === key && new Hands(directory.leases, '').others().length > 0
    const folders = plan.outputs.map(({ folder }) => folder)
    const check = refusalOfOwnOutput([...folders, directory.path])
    const { initialTasks } = this.options
    const listing = { initialTasks, known: this.#before?.sources, roots: directory.roots, check }
    if (!isJoining) this.#sources = await listSources(plan.source, listing)
    refuseUnwritablePlaces(directory, folders)
  }

  #holdingOf({ directory, plan, key }: Found, shard: Shard | undefined) {
    const hasFormat = existsSync(directory.metadata) && checkFormat(directory.path)
    const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
    const pending = new PendingOutputs(ledger)
    refuseStrangers(plan.outputs, new OutputManifest(ledger), pending.paths)
    const folders = { own: [...directory.folders], shared: plan.outputs.map(({ folder }) => folder) }
    return {
      ...{ writer: newWriter(), directory, key, ledger, hasFormat, shard, folders, kept: pending.staged },
      describeDifference: () => describeDifference(directory, plan),
    }
  }

  async #runHeld(session: PipelineSession, { plan, tag }: Found): Promise<PipelineOutcome> {
    const { options } = this
    const { joined } = session.held
    if (joined !== undefined && options.replayQuarantined)
      throw new UsageError(
        `${session.directory.path} is being worked on: wait for its end before documents are replayed`,
      )
    const { pinned, epoch } = await this.#pinned(session, plan, tag)
    const team = session.enter(epoch)
    const context = contextOf(session, { plan, pinned, team, options, meter: this.#meter })
    session.onNews = record => {
      context.manifest.note(record)
      if (record.kind === 'placed') this.#meter.complete++
    }
    const open = openWorks(context)
    const { total, complete } = open
    this.#meter.begin(total, complete)
    const message = describeStart(plan, { total, before: complete, isJoining: joined !== undefined })
    const operators = plan.stages.map(({ name }) => name)
    session.emit({ event_type: 'job_start', resumed: complete > 0, message, partitions: total, operators })
    options.onStart?.(message)
    const ticker = setInterval(() => options.onProgress?.(this.#meter.progress()), options.progressEveryMs ?? 200)
    try {
      await completeSources(context, open.works)
    } finally {
      clearInterval(ticker)
    }
    return this.#outcomeOf(session, countSources(open))
  }

  /** The sources of the epoch that others are in, or of one that is opened for those that were listed. */
  async #pinned(session: PipelineSession, plan: PipelinePlan, tag: string) {
    const { directory, held } = session
    const before = this.#before
    this.#before = undefined
    const listed = this.#sources
    this.#sources = undefined
    if (held.joined !== undefined) return { pinned: pinnedSourcesOf(directory, held.joined), epoch: held.joined }
    const { initialTasks, replayQuarantined } = this.options
    const listing = { initialTasks, known: undefined, roots: directory.roots }
    const pinned: PinnedSources = { tag, sources: listed ?? (await listSources(plan.source, listing)) }
    if (replayQuarantined) await withdrawQuarantined(held.ledger, pinned.sources)
    return { pinned, epoch: pin(session, plan, { pinned, before, roots: this.#roots }) }
  }

  #outcomeOf(session: PipelineSession, counted: ReturnType<typeof countSources>): PipelineOutcome {
    this.#meter.complete = counted.complete
    this.#meter.failed = counted.failed
    this.options.onProgress?.(this.#meter.progress())
    return {
      ...counted,
      quarantined: this.#meter.quarantined,
      checkpointPath: session.directory.path,
      durationMs: Math.round(performance.now() - this.started),
    }
  }

  /** State that nobody asked for goes once nothing is left to do with it. */
  async #finished(session: PipelineSession, outcome: PipelineOutcome): Promise<PipelineOutcome> {
    if (this.options.checkpointPath !== undefined || outcome.failed > 0 || session.team?.isShared()) return outcome
    await session[Symbol.asyncDispose]()
    return removeState(session.directory) ? { ...outcome, checkpointPath: undefined } : outcome
  }
}
