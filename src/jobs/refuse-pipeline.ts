import { existsSync } from 'node:fs'
import { UsageError } from '../core/usage-error.js'
import type { JobDirectory } from '../state/job-directory.js'
import { readSummary } from '../state/job-summary.js'

/** True for the state of a pipeline, false for the job of a recipe. */
export function isPipeline({ pipeline, recipe }: JobDirectory): boolean {
  return existsSync(pipeline) && !existsSync(recipe)
}

/**
 * For what only jobs of recipes have: a pipeline is a program, which is not in its job's folder.
 *
 * @throws {UsageError} where the job is one of a pipeline, with the command that goes on with it
 */
export function refusePipeline(directory: JobDirectory, what: string): void {
  if (!isPipeline(directory)) return
  const { path, summary } = directory
  const command = readSummary(summary)?.resumption_command
  const how = command === undefined ? 'run its program again' : `run ${command}`
  throw new UsageError(
    `${path} is the job of a pipeline, and ${what} is for jobs of recipes; to go on with it, ${how}; pawl monitor, logs and events say how it stands`,
  )
}
