import { dirname } from 'node:path'
import { openDataset } from '../execution/dataset/open-dataset.js'
import { usableCut } from '../execution/dataset/pinned-cut.js'
import { JobFailure, JobStopped } from '../execution/scheduler/run-context.js'
import { UnitFailed } from '../execution/scheduler/supervise.js'
import { describeFailure, isSystemError } from '../execution/unit-failure.js'
import { LeaseLost } from '../state/lease.js'
import { rememberWorkDir } from '../state/work-dirs.js'
import { usableCores } from '../util/cpu.js'
import { loadChecksums } from '../util/hash.js'
import { checkDisk } from './check-disk.js'
import { examineJob } from './examine-job.js'
import { withColumns } from './export-settings.js'
import { finishJob } from './finish-job.js'
import { JobSession } from './job-session.js'
import { openInput } from './open-input.js'
import type { OpenRecipe } from './open-recipe.js'
import { cutSettingsOf, prepareJob } from './prepare-job.js'
import type { MeteredOptions } from './run-options.js'
import type { RunReport } from './run-report.js'

/**
 * Runs a recipe to its end: a new job, or whatever is missing of one that exists. However it ends, what
 * is committed stays and the next run goes on from it.
 *
 * @throws {RecipeError} before any work, where input and output contradict each other
 * @throws {InputError} before any work, where the input cannot be listed
 * @throws {JobLockedError} where another process runs the job
 * @throws {JobFailure} where it cannot go on; the message says what to do
 * @throws {JobStopped} where `signal` stopped it
 * @throws {LeaseLost} where another process took the job over, or the lease's file was removed
 */
export async function runRecipe(open: OpenRecipe, options: MeteredOptions = {}): Promise<RunReport> {
  try {
    return await runInSession(open, options)
  } catch (error) {
    throw isSystemError(error)
      ? new JobFailure(error.code ?? 'EIO', describeFailure(error).message, { cause: error })
      : error
  }
}

async function runInSession(open: OpenRecipe, options: MeteredOptions): Promise<RunReport> {
  const { recipe } = open
  await loadChecksums()
  const { settings, listing } = await openInput(recipe)
  if (options.signal?.aborted) throw new JobStopped(stopReason(options.signal))
  const examined = examineJob(recipe, settings)
  // What cannot be read is refused before the job's directory is touched.
  const dataset = await openDataset(recipe, listing, usableCut(examined.pinned, cutSettingsOf(recipe)), usableCores())
  const exporting = withColumns(settings, dataset.cut)
  const disk = checkDisk(recipe, dataset.cut, exporting, examined.ledger)
  options.onHold?.()
  await using session = await JobSession.open(open, { examined, exporting }, options)
  rememberWorkDir(dirname(recipe.jobDir))
  const tight = disk.warning === undefined ? [] : [disk.warning]
  for (const message of [...recipe.warnings, ...dataset.warnings, ...tight]) session.warn(message)
  try {
    await options.onLedger?.(session.ledger)
    const prepared = await prepareJob(session, { listing, dataset, pinned: examined.pinned, disk }, options)
    return await finishJob(session, prepared, exporting)
  } catch (error) {
    const outcome = outcomeOf(error, session)
    session.end(outcome)
    throw outcome
  }
}

function outcomeOf(error: unknown, { lease, stopReason: asked }: JobSession): unknown {
  if (lease.lost.aborted) return new LeaseLost(String(lease.lost.reason))
  if (asked !== undefined) return new JobStopped(asked)
  if (error instanceof UnitFailed) return new JobFailure(error.error.code, error.message, { cause: error })
  if (!isSystemError(error)) return error
  return new JobFailure(error.code ?? 'EIO', describeFailure(error).message, { cause: error })
}

function stopReason(signal: AbortSignal): string {
  return typeof signal.reason === 'string' ? signal.reason : 'the job was stopped'
}
