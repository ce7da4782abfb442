import { RecipeError } from '../config/recipe-error.js'
import { stateOfExport } from '../execution/export/export-state.js'
import { JobFailure, JobStopped } from '../execution/scheduler/run-context.js'
import { describeFailure, isSystemError } from '../execution/unit-failure.js'
import { InputError } from '../io/input-error.js'
import { loadChecksums } from '../util/hash.js'
import { finishJob } from './finish-job.js'
import { JobSession } from './job-session.js'
import { openInput } from './open-input.js'
import type { OpenRecipe } from './open-recipe.js'
import { prepareJob } from './prepare-job.js'
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
  await using session = await JobSession.open(open, settings, options)
  const existing = stateOfExport(session.ledger.getExport(), recipe.jobDir, settings.target)
  if (existing.kind === 'foreign' && !settings.overwrite) {
    session.forget()
    throw RecipeError.of(
      `export_path ${settings.target} ${existing.what}: choose another name, move it away, or say --overwrite true to have it moved aside. ` +
        'To go on with the job that wrote it, name it with --job_id',
    )
  }
  for (const message of recipe.warnings) session.warn(message)
  try {
    const prepared = await prepareJob(session, open, settings, listing, options)
    return await finishJob(session, prepared, settings)
  } catch (error) {
    // What cannot be read was never a job: nothing is left of it.
    if (error instanceof InputError) session.forget()
    const outcome = options.signal?.aborted === true ? new JobStopped(stopReason(options.signal)) : error
    session.end(isSystemError(error) ? describeFailure(error) : outcome)
    throw outcome
  }
}

function stopReason(signal: AbortSignal): string {
  return typeof signal.reason === 'string' ? signal.reason : 'the job was stopped'
}
