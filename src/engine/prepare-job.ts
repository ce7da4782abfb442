import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import type { Recipe } from '../config/recipe.js'
import type { DatasetCut } from '../core/partition.js'
import { type OpenDataset, openDataset } from '../execution/dataset/open-dataset.js'
import { type PinnedCut, usableCut, writePinnedCut } from '../execution/dataset/pinned-cut.js'
import { booksOf, type RunContext } from '../execution/scheduler/run-context.js'
import { Scheduler } from '../execution/scheduler/scheduler.js'
import type { InputListing } from '../io/list-inputs.js'
import { describeChanges, describeReuse } from '../planning/explain.js'
import { type OperatorPlan, planOperators } from '../planning/stages.js'
import { type OwnFile, readOwnFile, writeOwnFile } from '../state/own-file.js'
import { usableCores } from '../util/cpu.js'
import { writeFileAtomically } from '../util/durable-file.js'
import { plural } from '../util/format.js'
import type { DiskCheck } from './check-disk.js'
import { datasetsOf } from './choose-job.js'
import { describePlan } from './describe-plan.js'
import { isExportCurrent } from './finish-job.js'
import { factsOf, type RecordedRecipe, reachesOf, readFacts, tallyStart } from './job-facts.js'
import type { JobSession } from './job-session.js'
import type { MeteredOptions } from './run-options.js'

/** A job that is ready to run: what is to be done, and how much of it is done already. */
export interface PreparedJob {
  readonly context: RunContext
  readonly scheduler: Scheduler
  readonly plan: OperatorPlan
  readonly cut: DatasetCut
}

/** What was learned of the input before the job was in this process's hands. */
export interface FoundInput {
  readonly listing: InputListing
  readonly dataset: OpenDataset
  /** The cut on which that was based. */
  readonly pinned: OwnFile<PinnedCut>
  readonly disk: DiskCheck
}

/** Pins the dataset's cut, looks up what is committed, and says in one line what follows from it. */
export async function prepareJob(
  session: JobSession,
  found: FoundInput,
  options: MeteredOptions,
): Promise<PreparedJob> {
  const { recipe, directory, writer, exporting } = session
  const { cut } = await stillValid(session, found)
  const plan = planOperators(recipe.operators, recipe.checkpoint, recipe.keep_hashes_in_res_ds)
  const before = readFacts(directory.recipe)
  const facts = factsOf(recipe, cut.files)
  writePinnedCut(directory.cut, { settings: cutSettingsOf(recipe), cut, writer })
  const { given, origin } = recipe
  const recorded: RecordedRecipe = {
    ...{ facts, given, origin, cwd: process.cwd() },
    ...{ datasets: datasetsOf(recipe.datasets), target: exporting.target },
  }
  writeOwnFile(directory.recipe, recorded, writer)
  writeFileAtomically(directory.recipeYaml, stringify(recipe.given), writer)
  writeOwnFile(directory.manifest, cut.files, writer)
  const description = `${JSON.stringify(describePlan(recipe, plan, cut, exporting), null, 2)}\n`
  writeFileAtomically(directory.plan, description, writer)
  session.begin(cut.partitions.length)

  const context = contextOf(session, plan, cut)
  const scheduler = new Scheduler(context, cut)
  await scheduler.recall()
  const prepared = { context, scheduler, plan, cut }
  const message = describeStart(session, prepared, {
    changes: before === undefined ? undefined : describeChanges(before, facts),
    disk: found.disk,
  })
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

/** The dataset as it was opened, unless another process pinned another cut before this one got hold of the job. */
async function stillValid({ recipe, directory }: JobSession, found: FoundInput): Promise<OpenDataset> {
  const now = readOwnFile<PinnedCut>(directory.cut)
  const isSame = now.kind !== 'read' || (found.pinned.kind === 'read' && isDeepStrictEqual(now, found.pinned))
  return isSame
    ? found.dataset
    : openDataset(recipe, found.listing, usableCut(now, cutSettingsOf(recipe)), usableCores())
}

/** The settings that a pinned cut holds for. */
export function cutSettingsOf({ partition, suffixes }: Recipe): unknown {
  return { partition, suffixes }
}

function contextOf(session: JobSession, plan: OperatorPlan, { files }: DatasetCut): RunContext {
  const { recipe, spec, directory, ledger, lease, executor, meter, signal } = session
  return {
    job: spec,
    plan,
    directory,
    files,
    ledger,
    lease,
    executor,
    signal,
    setbacks: new Map(),
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
  { changes, disk }: { readonly changes: readonly string[] | undefined; readonly disk: DiskCheck },
): string {
  const { jobId } = session.recipe
  const { context, scheduler, plan } = prepared
  const { states } = scheduler
  const count = plural(scheduler.cut.partitions.length, 'partition')
  if (changes === undefined)
    return `Starting ${jobId}: ${plural(plan.operators.length, 'operator')} over ${count}; ${disk.text}`
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
