import { existsSync } from 'node:fs'
import { UsageError } from '../core/usage-error.js'
import type { JobDirectory } from '../state/job-directory.js'
import { readSummary } from '../state/job-summary.js'

/**
 * For what only jobs of recipes have: a pipeline is a program, which is not in its job's folder.
 *
 * @throws {UsageError} where the job is one of a pipeline, with the command that goes on with it
 */
export function refusePipeline({ path, pipeline, recipe, summary }: JobDirectory, what: string): void {
  if (!existsSync(pipeline) || existsSync(recipe)) return
  const command = readSummary(summary)?.resumption_command
  const how = command === undefined ? 'run its program again' : `run ${command}`
  throw new UsageError(
    `${path} is the job of a pipeline, and ${what} is for jobs of recipes; to go on with it, ${how}; pawl monitor, logs and events say how it stands`,
  )
}
