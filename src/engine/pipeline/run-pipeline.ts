import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { readShard } from '../../config/read-shard.js'
import type { SourceSpec } from '../../core/pipeline-spec.js'
import { UsageError } from '../../core/usage-error.js'
import { blocksOf } from '../../execution/coordinator/scheduler/blocks.js'
import { Pace } from '../../execution/coordinator/scheduler/straggler.js'
import { UnitFailed } from '../../execution/coordinator/scheduler/supervise.js'
import type { Team } from '../../execution/coordinator/scheduler/team.js'
import { JobFailure, JobStopped } from '../../execution/protocol/job-failure.js'
import { describeFailure, isSystemError } from '../../execution/protocol/unit-failure.js'
import type { Stage } from '../../pipeline/stage.js'
import { currentEpoch, type EpochNote, openEpoch } from '../../state/epochs.js'
import { Hands } from '../../state/hands.js'
import { examineJobPlace, JobDirectory } from '../../state/job-directory.js'
import { checkFormat, jobFormat } from '../../state/job-format.js'
import { LeaseLost } from '../../state/lease.js'
import { LedgerIndex } from '../../state/ledger-index.js'
import { writeOwnFile } from '../../state/own-file.js'
import type { RecordedRoots } from '../../state/recorded-roots.js'
import { rememberWorkDir } from '../../state/work-dirs.js'
import { usableCores } from '../../util/cpu.js'
import { plural } from '../../util/format.js'
import { canonicalJson, fingerprintOf } from '../../util/hash.js'
import { newWriter } from '../../util/staging.js'
import { refuseUnwritablePlaces } from '../refuse-unwritable.js'
import { version } from '../version.js'
import { completeSources } from './complete-sources.js'
import { Decisions, recallDecisions } from './decisions.js'
import { asSeenHere, listSources, type PinnedSources, refuseOwnOutput } from './list-sources.js'
import { OutputManifest } from './output-manifest.js'
import type { PipelineContext } from './pipeline-context.js'
import type { FailedSource, PipelineOptions, PipelineOutcome } from './pipeline-options.js'
import { PipelineMeter } from './pipeline-progress.js'
import { PipelineSession } from './pipeline-session.js'
import { refuseStrangers } from './place-outputs.js'
import { placePipeline } from './place-pipeline.js'
import { type PipelinePlan, planPipeline } from './plan-pipeline.js'
import { rayOfPipeline } from './ray-of-pipeline.js'
import { describePipeline, differenceOf, type RecordedPipeline } from './recorded-pipeline.js'
import { removeState } from './remove-state.js'
import { withdrawQuarantined } from './replay-quarantined.js'
import { SourceWork } from './source-work.js'
import { SpoolBound } from './spool-bound.js'

/** A pipeline as it is written: a name, and stages in order. */
export interface PipelineScript {
  readonly name: string
  readonly stages: readonly Stage[]
}

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

class PipelineRun {
  readonly #meter = new PipelineMeter()
  #roots: RecordedRoots = { places: {} }
  /** Digest of the sources that an earlier run pinned. */
  #pinnedBefore: string | undefined

  constructor(
    readonly script: PipelineScript,
    readonly options: PipelineOptions,
    readonly started: number,
  ) {}

  async run(): Promise<PipelineOutcome> {
    const { script, options } = this
    const { workers = usableCores(), workerMemoryMb = 1024, initialTasks } = options
    if (!Number.isInteger(workers) || workers < 1)
      throw new UsageError(`workers: ${workers} is no whole number from 1 on`)
    const ray = rayOfPipeline(options)
    const shard = readShard(this.options.shard ?? 'lease', process.env)
    const stateDir = resolve(options.checkpointPath ?? stateBeside(script))
    this.#refusePlace(new JobDirectory(stateDir))
    if (options.checkpointPath !== undefined) refuseUnresumable(script)
    const { directory, roots } = await placePipeline(stateDir, script.stages, options.roots)
    this.#roots = roots
    const pinned = directory.read<PinnedSources>(directory.cut)
    const tag = pinned.kind === 'read' ? pinned.content.tag : randomBytes(4).toString('hex')
    const plan = await planPipeline(script.name, script.stages, {
      ...{
        workers,
        workerMemoryMb,
        hasInitialTasks: initialTasks !== undefined,
        bundleFolder: directory.operators,
        roots: directory.roots,
        tag,
      },
    })
    const key = epochKeyOf(plan, directory)
    // Who joins others takes their sources, and lists nothing.
    const isJoining = currentEpoch(directory.epochs)?.key === key && new Hands(directory.leases, '').others().length > 0
    const known = pinned.kind === 'read' ? pinned.content : undefined
    this.#pinnedBefore = known && digestOf(directory, known)
    const listing = { initialTasks, pinned: known, roots: directory.roots }
    const sources = isJoining ? undefined : await listSources(plan.source, listing)
    const folders = plan.outputs.map(({ folder }) => folder)
    if (sources !== undefined) refuseOwnOutput(sources, [...folders, stateDir])
    refuseUnwritablePlaces(directory, folders)
    if (options.signal?.aborted) throw new JobStopped('the pipeline was stopped')

    const hasFormat = existsSync(directory.metadata) && checkFormat(stateDir)
    const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
    const intents = pendingOutputs(ledger)
    refuseStrangers(plan.outputs, OutputManifest.read(ledger), new Set(intents.map(({ path }) => path)))
    const writer = newWriter()
    const holding = {
      ...{ writer, directory, key, ledger, hasFormat, shard },
      folders: { own: [...directory.folders], shared: folders },
      kept: new Set(intents.map(({ staged }) => staged)),
      describeDifference: () => this.#describeDifference(directory, plan),
    }
    await using session = await PipelineSession.open({
      plan,
      holding,
      jobId: basename(stateDir),
      options,
      meter: this.#meter,
      ray,
    })
    rememberWorkDir(dirname(stateDir))
    for (const message of plan.warnings) session.warn(message)
    try {
      const outcome = await this.#runHeld(session, plan, { tag, sources })
      session.end({ kind: 'complete' })
      return await this.#finished(session, outcome)
    } catch (error) {
      const outcome = outcomeOf(error, session)
      session.end({ kind: 'failed', error: outcome })
      throw outcome
    }
  }

  async #runHeld(
    session: PipelineSession,
    plan: PipelinePlan,
    { tag, sources }: { readonly tag: string; readonly sources: readonly SourceSpec[] | undefined },
  ): Promise<PipelineOutcome> {
    const { directory, held } = session
    let pinned: PinnedSources
    let epoch: EpochNote
    if (held.joined === undefined) {
      const { initialTasks } = this.options
      const listing = { initialTasks, pinned: undefined, roots: directory.roots }
      pinned = { tag, sources: sources ?? (await listSources(plan.source, listing)) }
      if (this.options.replayQuarantined) await withdrawQuarantined(held.ledger, pinned.sources)
      epoch = this.#pin(session, plan, pinned)
    } else {
      if (this.options.replayQuarantined)
        throw new UsageError(`${directory.path} is being worked on: wait for its end before documents are replayed`)
      pinned = sourcesOf(directory, held.joined)
      epoch = held.joined
    }
    const team = session.enter(epoch)
    const context = this.#contextOf(session, { plan, pinned, team })
    session.onNews = record => {
      context.manifest.note(record)
      if (record.kind === 'placed') this.#meter.complete++
    }
    const works = this.#worksOf(context)
    recallDecisions(context, works)
    const before = works.filter(work => work.isDone()).length
    this.#meter.begin(works.length, before)
    const message = this.#describeStart(plan, { total: works.length, before, isJoining: held.joined !== undefined })
    const operators = plan.stages.map(({ name }) => name)
    session.emit({ event_type: 'job_start', resumed: before > 0, message, partitions: works.length, operators })
    this.options.onStart?.(message)
    const ticker = setInterval(
      () => this.options.onProgress?.(this.#meter.progress()),
      this.options.progressEveryMs ?? 200,
    )
    try {
      await completeSources(context, works)
    } finally {
      clearInterval(ticker)
    }
    return this.#outcomeOf(session, works, before === works.length)
  }

  #worksOf(context: PipelineContext): SourceWork[] {
    const { sources } = context.pinned
    const bound = new SpoolBound(context.spoolBytes)
    const blocks = blocksOf(sources.map(() => ({ kind: 'plain' as const, estimatedBytes: 1 })))
    return sources.map((source, index) => new SourceWork(context, source, { block: String(blocks[index]), bound }))
  }

  #contextOf(
    session: PipelineSession,
    { plan, pinned, team }: { readonly plan: PipelinePlan; readonly pinned: PinnedSources; readonly team: Team },
  ): PipelineContext {
    const { directory, held, spec, executor, signal } = session
    const { maxAttempts = 3, retryFailed = false, keepSpools = true, spoolMb = 1024, retryDelayS = 0.5 } = this.options
    return {
      ...{ job: spec, plan: { operators: [], links: [], applyLinks: [], reaches: [], checkpoints: [] }, files: [] },
      ...{
        directory,
        ledger: held.ledger,
        lease: held.lease,
        team,
        executor,
        signal,
        setbacks: new Map(),
        pace: new Pace(),
      },
      settings: {
        ...{ preserveIntermediate: true, copyInputs: false, maxQuarantineRatio: 1 },
        resolveMemoryBytes: (plan.pools[0]?.memoryMb ?? 1024) * 500_000,
        ...{ maxLosses: 3, retryDelayMs: retryDelayS * 1000 },
      },
      emit: event => {
        session.emit(event)
        if (event.event_type === 'partition_complete') {
          this.#meter.complete++
          this.#meter.itemsIn += event.samples_in
          this.#meter.itemsOut += event.samples_out
        }
        if (event.event_type === 'partition_failed') this.#meter.failed++
      },
      onProgress: (unit, progress) => this.#meter.unit(unit, progress),
      ...{ pipeline: plan, pinned, manifest: OutputManifest.read(held.ledger), decisions: new Decisions() },
      ...{ failing: { maxAttempts, retryFailed }, keepsSpools: keepSpools, spoolBytes: spoolMb * 1e6 },
    }
  }

  /** Puts on record what all processes of the next epoch go by, and opens it. */
  #pin({ directory, writer, held, opening }: PipelineSession, plan: PipelinePlan, pinned: PinnedSources): EpochNote {
    const cut = digestOf(directory, pinned)
    writeOwnFile(directory.rootsFile, this.#roots, writer)
    if (cut !== this.#pinnedBefore || !existsSync(directory.cut)) directory.write(directory.cut, pinned, writer)
    directory.write(directory.pipeline, describePipeline(plan), writer)
    const note = { key: opening.holding.key, cut, writer, version }
    const floor = held.ledger.index.segments.reduce((most, { fence }) => Math.max(most, fence), 0)
    const epoch = openEpoch(directory.epochs, note, floor)
    if (epoch === undefined) throw new LeaseLost('another process began the pipeline at the same moment')
    return epoch
  }

  #describeStart(
    plan: PipelinePlan,
    { total, before, isJoining }: { readonly total: number; readonly before: number; readonly isJoining: boolean },
  ): string {
    const sources = plural(total, 'source')
    const begin = isJoining ? 'Joining' : before > 0 ? 'Resuming' : 'Starting'
    const rest =
      before === total && total > 0
        ? `all ${sources} are complete`
        : before > 0
          ? `${before} of ${sources} are complete`
          : `${sources} through ${plural(plan.stages.length, 'stage')}`
    return `${begin} ${plan.name}: ${rest}`
  }

  #describeDifference(directory: JobDirectory, plan: PipelinePlan): string {
    const recorded = directory.read<RecordedPipeline>(directory.pipeline)
    const how =
      recorded.kind === 'read'
        ? differenceOf(recorded.content, describePipeline(plan))
        : 'what it runs is not on record yet'
    return `this pipeline differs from its (${how}), so that it cannot join; the same one could, and another checkpointPath begins one beside it`
  }

  #refusePlace(directory: JobDirectory): void {
    const place = examineJobPlace(directory.path, undefined)
    if (place.kind === 'occupied')
      throw new UsageError(
        `checkpointPath ${directory.path} holds ${place.by}, which is no part of a pipeline's state: name an empty folder, or one that is not there yet`,
      )
    if (existsSync(directory.recipe))
      throw new UsageError(`checkpointPath ${directory.path} is the directory of a recipe's job: name another folder`)
  }

  #outcomeOf(session: PipelineSession, works: readonly SourceWork[], wasComplete: boolean): PipelineOutcome {
    const failedSources = works.flatMap((work): FailedSource[] => {
      const record = work.failures()
      if (record === undefined) return []
      const { id, name } = work.source
      return [{ id, name, attempts: record.attempts, isRetried: !work.isLeftAlone(record), failures: record.failures }]
    })
    const complete = works.filter(work => work.isDone()).length
    const failed = failedSources.length
    this.#meter.complete = complete
    this.#meter.failed = failed
    this.options.onProgress?.(this.#meter.progress())
    return {
      ...{ complete, failed, pending: works.length - complete - failed, failedSources, wasComplete },
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

function stateBeside({ name, stages }: PipelineScript): string {
  const outputs = stages.flatMap(stage => stage.decompose()).flatMap(({ output }) => output?.folder ?? [])
  const [first] = outputs
  const safe = name.replace(/[^\w.-]/g, '_') || 'pipeline'
  return first === undefined
    ? join('.pawl', safe)
    : join(dirname(resolve(first)), '.pawl', `${basename(resolve(first))}-${safe}`)
}

function refuseUnresumable({ stages }: PipelineScript): void {
  const offenders = stages.flatMap(stage => stage.decompose()).filter(({ isResumable }) => !isResumable)
  if (offenders.length > 0)
    throw new UsageError(
      `checkpointPath needs stages that can be gone on with; ${offenders.map(({ name }) => name).join(', ')} cannot (isResumable: false). Run without checkpointPath, or leave ${offenders.length === 1 ? 'it' : 'them'} out`,
    )
}

/** Outputs that are on record and not yet known to stand. */
function pendingOutputs(ledger: LedgerIndex): { readonly path: string; readonly staged: string }[] {
  const placed = new Set([...ledger.all('placed')].map(({ fingerprint }) => fingerprint))
  const pending = ledger.idsOf('stages').filter(fingerprint => !placed.has(fingerprint))
  return pending.flatMap(fingerprint => ledger.get('stages', fingerprint)?.outputs ?? [])
}

/** What all processes on a pipeline have to agree on. */
function epochKeyOf({ name, links, outputs, ranges }: PipelinePlan, { roots }: JobDirectory): string {
  const { icu, unicode, zlib } = process.versions
  const form = roots.allRecorded(outputs.map(({ folder, mode }) => [folder, mode]))
  const cuts = ranges.map(({ from }) => from)
  return fingerprintOf(
    'pipeline',
    name,
    ...links,
    canonicalJson({ form, cuts, jobFormat, version, icu, unicode, zlib }),
  )
}

/** Of sources as they are put on record: the same on all hosts. */
function digestOf({ roots }: JobDirectory, pinned: PinnedSources): string {
  return fingerprintOf('sources', JSON.stringify(roots.allRecorded(pinned)))
}

function sourcesOf(directory: JobDirectory, epoch: EpochNote): PinnedSources {
  const pinned = directory.read<PinnedSources>(directory.cut)
  if (pinned.kind === 'read' && digestOf(directory, pinned.content) === epoch.cut)
    return directory.roots.isEmpty ? pinned.content : asSeenHere(pinned.content)
  throw new JobFailure(
    'cut_lost',
    `${directory.cut} does not hold the sources that the processes on this pipeline work on, so that this one cannot join them: wait until they are done, or stop them, then run it again`,
  )
}

function outcomeOf(error: unknown, { held, stopReason }: PipelineSession): unknown {
  const { lease } = held
  if (lease.lost.aborted) return new LeaseLost(String(lease.lost.reason))
  if (stopReason !== undefined) return new JobStopped(stopReason)
  if (error instanceof UnitFailed) return new JobFailure(error.error.code, error.message, { cause: error })
  if (!isSystemError(error)) return error
  return new JobFailure(error.code ?? 'EIO', describeFailure(error).message, { cause: error })
}
