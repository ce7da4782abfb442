import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { UsageError } from '../core/usage-error.js'
import { hasEnded } from '../util/process-identity.js'
import { indexesOf } from './array-list.js'
import { ask, statesOf } from './cluster.js'
import type { Run, Runs } from './runs.js'
import { isActive } from './task-states.js'

/** What is submitted of a script. */
export interface Submission {
  /** Such as `0-3,7`; undefined for all of its array. */
  readonly array?: string
  /** Added to each index by the script. */
  readonly offset?: number
}

export type Submitted =
  | { readonly kind: 'submitted'; readonly run: string; readonly jobId: string }
  /** An earlier submission, of which the answer was lost, had reached Slurm. */
  | { readonly kind: 'found'; readonly run: string; readonly jobId: string }

/** A job may be known this long after `sbatch` ended without a word. */
const settleMs = 5_000
const lookEveryMs = 500
/** An intent whose process cannot be seen from here counts as being carried out for so long. */
const doubtMs = 60_000

/**
 * Submits a script once. What is intended is on the disk, with the name of the job, before `sbatch` starts: where its answer
 * is lost, because it or this process was killed, or the controller did not answer in time, the job is looked up by that name.
 *
 * @throws {UsageError} where tasks of an earlier submission are at work, or another process is submitting
 */
export async function submit(script: string, runs: Runs, what: Submission = {}): Promise<Submitted> {
  const { array, offset = 0 } = what
  const earlier = runs.list()
  const last = earlier.at(-1)
  if (last !== undefined && last.jobId === undefined) {
    refuseUnderWay(last)
    const jobId = await lookUp(last.run)
    if (jobId !== undefined) {
      runs.answer(last, jobId)
      if (last.array === array) return { kind: 'found', run: last.run, jobId }
    }
  }
  if (array !== undefined && indexesOf(array) === undefined)
    throw new UsageError(`--array ${array}: give indexes and ranges, such as 0-3,7`)
  await refuseActive(runs.list(), what)
  const run = runs.intend({ run: `pawl-${randomBytes(4).toString('hex')}`, array, offset })
  if (run === undefined)
    throw new UsageError(`${script} is being submitted by another process: see pawl slurm status ${script}`)
  const args = ['--parsable', '--job-name', run.run, ...(array === undefined ? [] : ['--array', array])]
  const exported = offset === 0 ? [] : ['--export', `ALL,PAWL_SHARD_OFFSET=${offset}`]
  const answer = await ask('sbatch', [...args, ...exported, script])
  if (answer.code === undefined)
    throw new UsageError('sbatch is not here: run this where Slurm’s commands are, such as on a login node')
  const jobId = answer.code === 0 ? /^(\d+)/.exec(answer.stdout.trim())?.[1] : await lookUp(run.run)
  if (jobId === undefined)
    throw new UsageError(
      `Slurm did not take ${script}: ${answer.stderr.trim() || 'sbatch ended without a word'}; nothing was submitted`,
    )
  runs.answer(run, jobId)
  return { kind: 'submitted', run: run.run, jobId }
}

/** Submits what is to run once a job has ended, whatever became of it. Named after that job's run, so that it is submitted once. */
export async function submitAfter(script: string, { run, jobId }: Submitted): Promise<string> {
  const name = `${run}-finish`
  const known = (await statesOf(name))[0]?.jobId
  if (known !== undefined) return known
  const answer = await ask('sbatch', ['--parsable', '--job-name', name, `--dependency=afterany:${jobId}`, script])
  const id = answer.code === 0 ? /^(\d+)/.exec(answer.stdout.trim())?.[1] : await lookUp(name)
  if (id === undefined)
    throw new UsageError(
      `Slurm did not take ${script}: ${answer.stderr.trim()}; the array itself is submitted as ${jobId}`,
    )
  return id
}

/** The job of a name, as soon as Slurm knows of it; undefined where it does not in all the time that a request may take. */
async function lookUp(run: string): Promise<string | undefined> {
  const started = performance.now()
  for (;;) {
    const [found] = await statesOf(run)
    if (found !== undefined) return found.jobId
    if (performance.now() - started > settleMs) return undefined
    await delay(lookEveryMs)
  }
}

function refuseUnderWay({ by, at }: Run): void {
  if (by.pid === process.pid || hasEnded(by)) return
  if (Date.now() - at > doubtMs) return
  throw new UsageError(`process ${by.pid} on ${by.host} is submitting it: wait a minute, and see pawl slurm status`)
}

/** Tasks that Slurm has in hand are not submitted a second time. */
async function refuseActive(runs: readonly Run[], { array, offset = 0 }: Submission): Promise<void> {
  const wanted = array === undefined ? undefined : new Set(indexesOf(array)?.map(index => index + offset))
  for (const { run, jobId, offset: theirs = 0 } of runs.slice(-recentRuns)) {
    const active = (await statesOf(run)).filter(isActive).map(({ task = 0 }) => task + theirs)
    const twice = wanted === undefined ? active : active.filter(index => wanted.has(index))
    if (twice.length === 0) continue
    const which = twice.length === 1 ? `task ${twice[0]} is` : `${twice.length} tasks are`
    throw new UsageError(
      `${which} waiting or at work in job ${jobId}: pawl slurm status shows them, pawl slurm missing those that are worth submitting beside them`,
    )
  }
}

const recentRuns = 20
