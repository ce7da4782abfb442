import { stringify } from 'yaml'
import type { Recipe } from '../config/recipe.js'
import type { DatasetCut } from '../core/partition.js'
import { openDataset } from '../execution/dataset/open-dataset.js'
import { readPinnedCut, writePinnedCut } from '../execution/dataset/pinned-cut.js'
import { type ExportSettings, exportFingerprint } from '../execution/export/publish-export.js'
import { finalFingerprints } from '../execution/scheduler/partition-state.js'
import type { RunContext } from '../execution/scheduler/run-context.js'
import { Scheduler } from '../execution/scheduler/scheduler.js'
import type { InputListing } from '../io/list-inputs.js'
import { describeChanges, describeReuse } from '../planning/explain.js'
import { type OperatorPlan, planOperators } from '../planning/stages.js'
import { usableCores } from '../util/cpu.js'
import { writeFileAtomically } from '../util/durable-file.js'
import { plural } from '../util/format.js'
import { describePlan } from './describe-plan.js'
import { factsOf, reachesOf, readFacts, tallyStart } from './job-facts.js'
import type { JobSession } from './job-session.js'
import type { OpenRecipe } from './open-recipe.js'
import type { MeteredOptions } from './run-options.js'

/** A job that is ready to run: what is to be done, and how much of it is done already. */
export interface PreparedJob {
  readonly context: RunContext
  readonly scheduler: Scheduler
  readonly plan: OperatorPlan
  readonly cut: DatasetCut
}

/** Pins the dataset's cut, looks up what is committed, and says in one line what follows from it. */
export async function prepareJob(
  session: JobSession,
  open: OpenRecipe,
  exporting: ExportSettings,
  listing: InputListing,
  options: MeteredOptions,
): Promise<PreparedJob> {
  const { recipe } = open
  const { directory } = session
  const cutSettings = cutSettingsOf(recipe)
  const { cut, warnings } = await openDataset(recipe, listing, readPinnedCut(directory.cut, cutSettings), usableCores())
  for (const message of warnings) session.warn(message)
  const plan = planOperators(recipe.operators, recipe.checkpoint)
  const before = readFacts(directory.recipe)
  const facts = factsOf(recipe, cut.files)
  writePinnedCut(directory.cut, cutSettings, cut)
  writeFileAtomically(directory.recipe, JSON.stringify({ facts, given: recipe.given, cwd: process.cwd() }))
  writeFileAtomically(directory.recipeYaml, stringify(recipe.given))
  writeFileAtomically(directory.manifest, JSON.stringify(cut.files))
  writeFileAtomically(directory.plan, `${JSON.stringify(describePlan(recipe, plan, cut, exporting), null, 2)}\n`)
  session.begin(cut.partitions.length)

  const context = contextOf(session, plan, options)
  const scheduler = new Scheduler(context, cut)
  await scheduler.recall()
  const message = describeStart(
    session,
    context,
    scheduler,
    exporting,
    before === undefined ? undefined : describeChanges(before, facts),
  )
  const operators = recipe.operators.map(({ name }) => name)
  session.emit({
    event_type: 'job_start',
    resumed: before !== undefined,
    message,
    partitions: cut.partitions.length,
    operators,
  })
  session.reuse(reachesOf(plan, context.ledger, scheduler.states).filter(({ isFinished }) => isFinished).length)
  session.meter.begin(tallyStart(context, scheduler.states, cut))
  options.onStart?.(message)
  return { context, scheduler, plan, cut }
}

/** The settings that a pinned cut holds for. */
export function cutSettingsOf({ partition, suffixes }: Recipe): unknown {
  return { partition, suffixes }
}

function contextOf(session: JobSession, plan: OperatorPlan, options: MeteredOptions): RunContext {
  const { recipe, spec, directory, ledger, executor, meter } = session
  return {
    job: spec,
    plan,
    directory,
    ledger,
    executor,
    signal: options.signal ?? new AbortController().signal,
    settings: {
      preserveIntermediate: recipe.intermediate_storage.preserve_intermediate_data,
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
  context: RunContext,
  scheduler: Scheduler,
  exporting: ExportSettings,
  changes: readonly string[] | undefined,
): string {
  const { jobId } = session.recipe
  const states = scheduler.states
  const { plan, ledger } = context
  const count = plural(scheduler.cut.partitions.length, 'partition')
  if (changes === undefined) return `Starting ${jobId}: ${plural(plan.operators.length, 'operator')} over ${count}`
  const why = changes.length === 0 ? 'nothing changed' : changes.join('; ')
  const finals = scheduler.isFullyRead ? finalFingerprints(plan, ledger, states) : undefined
  const done = ledger.getExport()
  const isDone =
    finals !== undefined && done?.state === 'done' && done.fingerprint === exportFingerprint(exporting, finals)
  const reaches = reachesOf(plan, ledger, states)
  const isMissing = (finals === undefined && !scheduler.isFullyRead) || states.length === 0
  const reuse = isDone
    ? `${states.length === 1 ? 'the one partition is' : `all ${count} are`} complete`
    : describeReuse(reaches, plan.operators) ||
      (isMissing ? 'the input is read from its start' : 'there is nothing to process')
  return `Resuming ${jobId}: ${why}; ${reuse}`
}
