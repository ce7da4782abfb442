import { statSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { UsageError } from '../core/usage-error.js'
import { JobDirectory } from '../state/job-directory.js'
import { leaseTiming } from '../state/lease.js'
import { type ProcessStatus, readStatus, requestStop, withdrawStop } from '../state/process-status.js'
import { belongsHere, hasEnded, identityOf } from '../util/process-identity.js'
import { newWriter } from '../util/staging.js'
import { describeOwner } from '../util/whose.js'
import { JobObserver, type ProcessView } from './job-view.js'

/** How to stop a job. */
export interface StopOptions {
  /** Ends processes of this host and their workers at once, without order. Default: false. */
  readonly force?: boolean
  /** How long to wait for an orderly stop, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number
  /** Stops only processes of this host. */
  readonly host?: string
  /** Stops only the process of this number. */
  readonly pid?: number
}

/** What became of one process. */
export interface StoppedProcess {
  readonly host: string
  readonly pid: number
  /** `elsewhere`: it runs on another host and did not answer, or was to be ended by force, which goes only there. */
  readonly outcome: 'stopped' | 'ended' | 'timeout' | 'elsewhere'
  /** Partitions that it had in hand. */
  readonly inFlight: readonly string[]
}

/** What came of asking a job to stop. */
export interface StopReport {
  /** Folder of the job. */
  readonly jobDir: string
  /** Those that were asked; none where no process runs the job. */
  readonly processes: readonly StoppedProcess[]
  /** The command that goes on with the job. */
  readonly resumeCommand: string
}

const pollMs = 50

/**
 * Stops the processes that run a job: asks each through the job's folder, and by a signal where it heeds one and is on
 * this host. A process is signalled only where boot, process-id namespace, number and start time are those of the
 * job's own.
 *
 * @throws {UsageError} where this user may not ask
 */
export async function stopProcesses(jobDir: string, options: StopOptions = {}): Promise<StopReport> {
  const { host, pid, force = false, timeoutMs = 60_000 } = options
  const view = new JobObserver().look(jobDir)
  const running = view.processes.filter(
    ({ state, status }) =>
      (state === 'running' || state === 'running?') &&
      (host === undefined || status.host === host) &&
      (pid === undefined || status.pid === pid),
  )
  const processes = await Promise.all(
    running.map(process => (force ? endAtOnce(process) : askToStop(jobDir, process, timeoutMs))),
  )
  return { jobDir, processes, resumeCommand: view.resumeCommand }
}

async function askToStop(jobDir: string, { status }: ProcessView, timeoutMs: number): Promise<StoppedProcess> {
  const { status: folder } = new JobDirectory(jobDir)
  const path = `${folder}/${status.writer}.json`
  const asker = { writer: newWriter(), reason: `stopped by ${userName()} on ${hostname()} (pawl stop)` }
  try {
    requestStop(folder, status.writer, asker)
  } catch (error) {
    throw whyNotAsked(error, folder)
  }
  if (status.heeds_signals) signal(status, 'SIGTERM')
  let last = status
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await delay(pollMs)) {
    const now = readStatus(path)?.status
    if (now === undefined || now.state !== 'running') return describe(last, 'stopped')
    if (hasEnded(now)) return describe(last, 'ended')
    if (now.workers.length > 0) last = now
  }
  withdrawStop(folder, status.writer)
  return describe(last, belongsHere(status) ? 'timeout' : 'elsewhere')
}

async function endAtOnce({ status }: ProcessView): Promise<StoppedProcess> {
  if (!belongsHere(status)) return describe(status, 'elsewhere')
  if (!signal(status, 'SIGKILL')) throw new UsageError(whyNotEnded(status))
  await untilEnded([status])
  // Workers end with their parent; one that hangs in the kernel or elsewhere does not hear of it.
  const workers = status.workers.map(({ pid, started }) => ({ ...status, pid, started }))
  for (const worker of workers) signal(worker, 'SIGKILL')
  await untilEnded(workers)
  return describe(status, hasEnded(status) ? 'ended' : 'timeout')
}

async function untilEnded(all: readonly ProcessStatus[]): Promise<void> {
  for (const deadline = performance.now() + leaseTiming.expiryMs; performance.now() < deadline; await delay(pollMs))
    if (all.every(hasEnded)) return
}

/**
 * Signals a process of this host, if it is still the one that is meant.
 *
 * @returns false where it is another user's
 */
function signal(
  whom: Pick<ProcessStatus, 'host' | 'pid' | 'started' | 'boot' | 'namespace'>,
  name: NodeJS.Signals,
): boolean {
  if (!belongsHere(whom) || hasEnded(whom) || identityOf(whom.pid).started !== whom.started) return true
  try {
    process.kill(whom.pid, name)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Another user's process is asked through the folder alone; one that ended meanwhile needs no signal.
    if (code === 'EPERM') return false
    if (code !== 'ESRCH') throw error
    return true
  }
}

function whyNotEnded({ pid, host }: ProcessStatus): string {
  const owner = lookUpOwner(pid)
  return `process ${pid} on ${host} is that of ${owner === undefined ? 'another user' : `user ${owner}`}, who alone may end it by force; without --force it is asked through the job's folder`
}

function lookUpOwner(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function describe({ host, pid, workers }: ProcessStatus, outcome: StoppedProcess['outcome']): StoppedProcess {
  const inFlight = workers.flatMap(({ partition }) => (partition === null ? [] : [partition]))
  return { host, pid, outcome, inFlight: [...new Set(inFlight)] }
}

function whyNotAsked(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EROFS')
    return new UsageError(`${folder} is on a file system that is read-only here: ask from another host`)
  if (code !== 'EACCES' && code !== 'EPERM') return error
  return new UsageError(describeOwner(folder, 'write'))
}

function userName(): string {
  try {
    return userInfo().username
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return `user ${process.getuid?.() ?? ''}`
  }
}
