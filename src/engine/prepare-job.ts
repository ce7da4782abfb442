import { statSync } from 'node:fs'
import { stringify } from 'yaml'
import type { DatasetCut } from '../core/partition.js'
import { UsageError } from '../core/usage-error.js'
import { readPinnedCut, writePinnedCut } from '../execution/coordinator/dataset/pinned-cut.js'
import { booksOf, type RunContext } from '../execution/coordinator/scheduler/run-context.js'
import { Scheduler } from '../execution/coordinator/scheduler/scheduler.js'
import { Pace } from '../execution/coordinator/scheduler/straggler.js'
import type { Team } from '../execution/coordinator/scheduler/team.js'
import { JobFailure } from '../execution/protocol/job-failure.js'
import { describeChanges, describeFiles, describeReuse } from '../planning/explain.js'
import { type OperatorPlan, planOperators } from '../planning/reaches.js'
import { type EpochNote, openEpoch } from '../state/epochs.js'
import type { JobDirectory } from '../state/job-directory.js'
import { LeaseLost } from '../state/lease.js'
import { writeOwnFile } from '../state/own-file.js'
import type { RecordedRoots } from '../state/recorded-roots.js'
import { writeFileAtomically } from '../util/durable-file.js'
import { stampOf } from '../util/file-stamp.js'
import { plural } from '../util/format.js'
import { canonicalJson } from '../util/hash.js'
import type { DiskCheck } from './check-disk.js'
import { datasetsOf } from './choose-job.js'
import { describePlan } from './describe-plan.js'
import { cutSettingsOf, type FoundInput, stillValid } from './find-input.js'
import { isExportCurrent } from './finish-job.js'
import { factsOf, type RecordedRecipe, reachesOf, readRecordedRecipe, tallyStart } from './job-facts.js'
import type { JobSession } from './job-session.js'
import type { MeteredOptions } from './run-options.js'
import { version } from './version.js'

/** A job that is ready to run: what is to be done, and how much of it is done already. */
export interface PreparedJob {
  readonly context: RunContext
  readonly scheduler: Scheduler
  readonly plan: OperatorPlan
  readonly cut: DatasetCut
}

/** Takes up work: opens an epoch, or joins the one that others are in; looks up what is committed, and says in one line what follows from it. */
export async function prepareJob(
  session: JobSession,
  found: FoundInput | undefined,
  options: MeteredOptions,
): Promise<PreparedJob> {
  const { recipe, directory, held } = session
  const plan = planOperators(recipe.operators, recipe.checkpoint, recipe.keep_hashes_in_res_ds)
  const before = readRecordedRecipe(directory)?.facts
  const input =
    held.joined === undefined ? await stillValid(session, found) : { cut: cutOfEpoch(directory, held.joined) }
  const { cut } = input
  const epoch = held.joined ?? pinEpoch(session, plan, cut)
  const team = session.enter(epoch)
  session.begin(cut.partitions.length)

  const context = contextOf(session, { team, plan, cut })
  const scheduler = new Scheduler(context, cut)
  await scheduler.recall({ isFirst: held.joined === undefined })
  const prepared = { context, scheduler, plan, cut }
  const changes = before && [
    ...describeChanges(before, factsOf(recipe)),
    ...describeFiles(input.before ?? cut.files, cut.files),
  ]
  const message =
    held.joined === undefined
      ? describeStart(session, prepared, { changes, disk: found?.disk })
      : describeJoining(session, prepared)
  session.emit({
    event_type: 'job_start',
    resumed: before !== undefined,
    message,
    partitions: cut.partitions.length,
    operators: recipe.operators.map(({ name }) => name),
  })
  session.reuse(reachesOf(booksOf(context), scheduler.states).filter(({ isFinished }) => isFinished).length)
  session.measureFrom(tallyStart(booksOf(context), scheduler.states, cut))
  options.onStart?.(message)
  return prepared
}

/** Puts on record what all processes of the next epoch go by, and opens it. */
function pinEpoch(session: JobSession, plan: OperatorPlan, cut: DatasetCut): EpochNote {
  const { recipe, directory, writer, exporting, held } = session
  const { roots: places } = recipe
  if (Object.keys(places).length > 0) writeOwnFile(directory.rootsFile, { places } satisfies RecordedRoots, writer)
  const revision = writePinnedCut(directory, { settings: canonicalJson(cutSettingsOf(recipe)), cut }, writer)
  const { given, origin } = recipe
  const recorded: RecordedRecipe = {
    ...{ facts: factsOf(recipe), given, origin, cwd: process.cwd() },
    ...{ datasets: datasetsOf(recipe.datasets), target: exporting.target, jobDir: recipe.jobDir },
  }
  directory.write(directory.recipe, recorded, writer)
  writeFileAtomically(directory.recipeYaml, stringify(recipe.given), writer)
  const description = `${JSON.stringify(describePlan(recipe, plan, { cut, exporting }), null, 2)}\n`
  writeFileAtomically(directory.plan, description, writer)
  const note = { key: session.key, cut: revision, writer, version }
  const epoch = openEpoch(
    directory.epochs,
    note,
    held.ledger.index.segments.reduce((most, { fence }) => Math.max(most, fence), 0),
  )
  if (epoch === undefined) throw new LeaseLost('another process opened the job at the same moment')
  return epoch
}

/** The cut that the processes of an epoch work on. */
function cutOfEpoch(directory: JobDirectory, epoch: EpochNote): DatasetCut {
  const pinned = readPinnedCut(directory)
  if (pinned.kind === 'read' && pinned.content.revision === epoch.cut)
    return directory.roots.isEmpty ? pinned.content.cut : asSeenHere(pinned.content.cut)
  throw new JobFailure(
    'cut_lost',
    `${directory.cutLines} is not the cut that the processes on this job work on, so that this one cannot join them: wait until they are done, or stop them, then run it again`,
  )
}

/**
 * A cut with the stamps that its files have on this host. What they hold is held against what others read of them, where
 * a stamp differs.
 *
 * @throws {UsageError} where a file is missing, or of another size
 */
function asSeenHere(cut: DatasetCut): DatasetCut {
  const files = cut.files.map(file => {
    const stats = statSync(file.path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined || Number(stats.size) !== file.sizeBytes)
      throw new UsageError(
        `${file.path} is not the file that the processes on this job work on: it ${stats === undefined ? 'is missing' : `has ${stats.size} bytes`} here and has ${file.sizeBytes} there. Are the roots of the recipe, and PAWL_ROOT_<NAME>, the same folders on both hosts?`,
      )
    return { ...file, stamp: stampOf(stats) }
  })
  return { ...cut, files }
}

function describeJoining({ recipe, held }: JobSession, { context, scheduler, plan }: PreparedJob): string {
  const others = held.hands.others()
  const holder = others.length === 0 ? undefined : held.hands.holderOf(others[0])
  const first = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`
  const who = others.length > 1 ? `${first} and ${plural(others.length - 1, 'other')}` : first
  const reuse = describeReuse(reachesOf(booksOf(context), scheduler.states), plan.operators)
  return `Joining ${recipe.jobId}, at which ${who} ${others.length > 1 ? 'are' : 'is'} at work: ${reuse || 'nothing is committed yet'}`
}

function contextOf(
  session: JobSession,
  { team, plan, cut: { files } }: { readonly team: Team; readonly plan: OperatorPlan; readonly cut: DatasetCut },
): RunContext {
  const { recipe, spec, directory, ledger, lease, executor, meter, signal } = session
  return {
    job: spec,
    plan,
    team,
    directory,
    files,
    ledger,
    lease,
    executor,
    signal,
    setbacks: new Map(),
    pace: new Pace(),
    settings: {
      preserveIntermediate: recipe.intermediate_storage.preserve_intermediate_data,
      maxQuarantineRatio: recipe.max_quarantine_ratio,
      copyInputs: recipe.intermediate_storage.write_partitions,
      resolveMemoryBytes: Math.floor(recipe.worker.memory_mb * 1_000_000 * 0.5),
      maxLosses: recipe.worker.max_losses,
      retryDelayMs: recipe.worker.retry_delay_s * 1000,
    },
    emit: event => session.emit(event),
    onProgress: (unit, progress) => meter.unit(unit, progress),
  }
}

function describeStart(
  session: JobSession,
  prepared: PreparedJob,
  { changes, disk }: { readonly changes: readonly string[] | undefined; readonly disk: DiskCheck | undefined },
): string {
  const { jobId } = session.recipe
  const { context, scheduler, plan } = prepared
  const { states } = scheduler
  const count = plural(scheduler.cut.partitions.length, 'partition')
  if (changes === undefined)
    return `Starting ${jobId}: ${plural(plan.operators.length, 'operator')} over ${count}${disk === undefined ? '' : `; ${disk.text}`}`
  const why = changes.length === 0 ? 'nothing changed' : changes.join('; ')
  const done = context.ledger.get('export', session.exporting.target)
  const isDone = done?.state === 'done' && isExportCurrent(prepared, session.exporting, done)
  const reaches = reachesOf(booksOf(context), states)
  const isMissing = !scheduler.isFullyRead || states.length === 0
  const reuse = isDone
    ? `${states.length === 1 ? 'the one partition is' : `all ${count} are`} complete`
    : describeReuse(reaches, plan.operators) ||
      (isMissing ? 'the input is read from its start' : 'there is nothing to process')
  return `Resuming ${jobId}: ${why}; ${reuse}`
}
