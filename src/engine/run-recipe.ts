import { dirname } from 'node:path'
import { readShard } from '../config/read-shard.js'
import { RecipeError } from '../config/recipe-error.js'
import { knownByRoots } from '../core/work-unit.js'
import { UnitFailed } from '../execution/coordinator/scheduler/supervise.js'
import { JobFailure, JobStopped } from '../execution/protocol/job-failure.js'
import { describeFailure, isSystemError } from '../execution/protocol/unit-failure.js'
import { currentEpoch } from '../state/epochs.js'
import { Hands } from '../state/hands.js'
import type { JobDirectory } from '../state/job-directory.js'
import { LeaseLost } from '../state/lease.js'
import { rememberWorkDir } from '../state/work-dirs.js'
import { epochKey } from './epoch-key.js'
import { examineJob } from './examine-job.js'
import { exportSettings, withColumns } from './export-settings.js'
import { findInput } from './find-input.js'
import { finishJob } from './finish-job.js'
import { JobSession } from './job-session.js'
import type { OpenRecipe } from './open-recipe.js'
import { placeJob } from './place-job.js'
import { prepareJob } from './prepare-job.js'
import { refuseUnwritable } from './refuse-unwritable.js'
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

async function runInSession(given: OpenRecipe, options: MeteredOptions): Promise<RunReport> {
  const { recipe } = given
  if (recipe.conflict !== undefined) throw RecipeError.of(recipe.conflict)
  const shard = readShard(recipe.shard, process.env)
  const settings = exportSettings(recipe)
  const { directory, movedFrom } = await placeJob(recipe, settings)
  const operators = recipe.operators.map(operator => knownByRoots(operator, directory.roots))
  const open: OpenRecipe = { ...given, recipe: { ...recipe, operators } }
  const key = epochKey(recipe, directory)
  // What cannot be read or written is refused before the job's directory is touched. Who joins others takes their
  // cut, and lists nothing.
  const isJoining = isUnderWay(directory, key)
  if (isJoining) refuseUnwritable(recipe, settings.target)
  const found = isJoining ? undefined : await findInput(recipe, directory)
  if (options.signal?.aborted) throw new JobStopped(stopReason(options.signal))
  const examined = found?.examined ?? examineJob(recipe, settings, directory)
  options.onHold?.()
  await using session = await JobSession.open(open, { directory, examined, exporting: settings, key, shard }, options)
  rememberWorkDir(dirname(recipe.jobDir))
  const tight = found?.disk.warning === undefined ? [] : [found.disk.warning]
  if (movedFrom !== undefined)
    session.warn(`This job was in ${movedFrom}: its input and its export are known by where they are now`)
  for (const message of [...recipe.warnings, ...(found?.dataset.warnings ?? []), ...tight]) session.warn(message)
  try {
    await options.onLedger?.(session.ledger)
    const prepared = await prepareJob(session, found, options)
    return await finishJob(session, prepared, withColumns(settings, prepared.cut))
  } catch (error) {
    const outcome = outcomeOf(error, session)
    session.end(outcome)
    throw outcome
  }
}

/** True where others seem to be at work on the job with the same recipe. */
function isUnderWay({ epochs, leases }: JobDirectory, key: string): boolean {
  return currentEpoch(epochs)?.key === key && new Hands(leases, '').others().length > 0
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
