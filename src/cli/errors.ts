import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RecipeError, renderProblems } from '../config/recipe-error.js'
import { UsageError } from '../core/usage-error.js'
import { version } from '../engine/version.js'
import { JobFailure, JobLeft, JobStopped } from '../execution/protocol/job-failure.js'
import { describeFailure, isSystemError, sayError } from '../execution/protocol/unit-failure.js'
import { InputError } from '../io/input-error.js'
import { JobFormatError } from '../state/job-format.js'
import { JobLockedError } from '../state/job-locked.js'
import { LeaseLost } from '../state/lease.js'
import { paintFor } from './terminal.js'

/** What a signal makes of the exit code. */
export const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export type StopSignal = keyof typeof signalCodes

/** 2 where the recipe or the command is at fault, 75 where the job goes on in other hands, 1 where it failed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof LeaseLost || error instanceof JobLeft) return 75
  // What a run failed for is told of as a failure of the job; this is a right that the user lacks for the command.
  if (isSystemError(error) && (error.code === 'EACCES' || error.code === 'EPERM')) return 2
  return error instanceof RecipeError ||
    error instanceof InputError ||
    error instanceof UsageError ||
    error instanceof JobFormatError ||
    error instanceof JobLockedError
    ? 2
    : 1
}

/** Tells of an error on standard error: its message alone where it is one of ours, all of it where it is a defect. */
export function showError(error: unknown): void {
  const paint = paintFor(process.stderr)
  const say = (message: string) => void process.stderr.write(`${paint('red', 'error:')} ${message}\n`)
  if (error instanceof RecipeError)
    say(renderProblems(error.problems, (part, text) => paint(part === 'place' ? 'bold' : 'red', text)))
  else if (isOurs(error)) say(error.message)
  else if (isSystemError(error)) say(describeFailure(error).message.replace(/, then run the job again.*/, ''))
  else say(describeDefect(error))
}

/** What nobody foresaw: its message, and where the rest of it is for whoever mends it. */
function describeDefect(error: unknown): string {
  const kept = join(tmpdir(), `pawl-error-${process.pid}.log`)
  const stack = (error as Error | undefined)?.stack ?? sayError(error)
  const report = 'This is a fault of Pawl, not of your recipe or data; what is committed stays.'
  try {
    writeFileSync(kept, `pawl ${version}, node ${process.version}, ${process.argv.slice(2).join(' ')}\n${stack}\n`)
    return `unexpected: ${sayError(error)}. ${report} Please report it with ${kept}`
  } catch (failure) {
    return `unexpected: ${sayError(error)}. ${report} Please report it (its details could not be kept: ${sayError(failure)})`
  }
}

function isOurs(error: unknown): error is Error {
  return [InputError, UsageError, JobFailure, JobStopped, JobLeft, JobLockedError, JobFormatError, LeaseLost].some(
    kind => error instanceof kind,
  )
}
