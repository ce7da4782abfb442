import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { UsageError } from '../core/usage-error.js'
import {
  accountingFields,
  mergeStates,
  parseAccounting,
  parseQueue,
  parseRecords,
  queueFormat,
  type TaskState,
} from './task-states.js'

/** How a command of Slurm ended. */
export interface Answer {
  /** Undefined where it is not installed. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

const patienceMs = 60_000
/** MaxArraySize where the cluster does not say it; Slurm's own default. */
const usualArraySize = 1001

/** Runs a command of Slurm. A signal counts as failure: nothing is known of what it did. */
export function ask(command: string, args: readonly string[]): Promise<Answer> {
  return new Promise(done => {
    execFile(command, args, { timeout: patienceMs, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') return done({ code: undefined, stdout, stderr })
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr })
    })
  })
}

/**
 * What Slurm says of the tasks of a run, by the name of its job: of what is queued or runs the queue, of the rest
 * accounting where the cluster keeps it, else what the controller still knows and the log of completions.
 *
 * @throws {UsageError} where Slurm is not here, or its controller does not answer
 */
export async function statesOf(run: string): Promise<TaskState[]> {
  const queue = await ask('squeue', ['--noheader', '--array', '--format', queueFormat, '--name', run])
  refuseSilence('squeue', queue)
  const now = parseQueue(queue.stdout)
  const fields = ['--noheader', '--parsable2', '--allocations', '--duplicates', '--format', accountingFields]
  const accounting = await ask('sacct', [...fields, '--starttime', 'now-30days', '--name', run])
  if (accounting.code === 0) return mergeStates(now, parseAccounting(accounting.stdout))
  const control = await ask('scontrol', ['--oneliner', 'show', 'job'])
  return mergeStates(now, parseRecords(control.stdout, run), parseRecords(await completionLog(), run))
}

/** MaxArraySize: an array's indexes stay below it. */
export async function maxArraySize(): Promise<number> {
  const { stdout } = await ask('scontrol', ['show', 'config'])
  const found = /MaxArraySize\s*=\s*(\d+)/.exec(stdout)?.[1]
  return found === undefined ? usualArraySize : Number(found)
}

async function completionLog(): Promise<string> {
  const { stdout } = await ask('scontrol', ['show', 'config'])
  const path = /JobCompType\s*=\s*jobcomp\/filetxt/.test(stdout)
    ? /JobCompLoc\s*=\s*(\S+)/.exec(stdout)?.[1]
    : undefined
  if (path === undefined) return ''
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // It is the administrators', who need not let everyone read it.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return ''
  }
}

function refuseSilence(command: string, { code, stderr }: Answer): void {
  if (code === undefined)
    throw new UsageError(`${command} is not here: run this where Slurm's commands are, such as on a login node`)
  if (code !== 0) throw new UsageError(`Slurm does not answer (${command}: ${stderr.trim()}): try again once it does`)
}
