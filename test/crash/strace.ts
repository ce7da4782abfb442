import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Rig, RunEnd } from './rig.js'

/** The system calls by which a run changes what is on disk. */
export const writeSteps = ['write', 'writev', 'pwrite64', 'rename', 'link', 'unlink', 'fsync', 'fdatasync'] as const

export type WriteStep = (typeof writeSteps)[number]

/** A kill at the `when`-th call of a kind that any one thread makes. */
export interface KillPoint {
  readonly step: WriteStep
  readonly when: number
  /** Only calls on this file or folder count; which process makes them is not told apart then. */
  readonly path?: string
}

/** What a kill point hit: which process, on what file, and how many checkpoints had been published by then. */
export interface Hit {
  readonly step: WriteStep
  readonly process: 'coordinator' | 'worker'
  readonly target: string
  readonly isMidRun: boolean
}

/** Beside the write steps, what tells which thread belongs to which process. */
const calls = [...writeSteps, 'execve', 'clone', 'clone3'].join(',')

function under(log: string, extra: readonly string[] = []): string[] {
  return ['strace', '-f', '-y', '-s', '0', '-o', log, '-e', `trace=${calls}`, ...extra]
}

/** Runs a job to its end and counts how many calls of each kind the busiest thread of each process made: `worker fsync` → 40. */
export async function countSteps(rig: Rig): Promise<Map<string, number>> {
  const log = join(rig.folder, 'strace.log')
  const end = await rig.run(under(log))
  if (end.code !== 0) throw new Error(`the undisturbed run failed: ${end.output}`)
  const byThread = new Map<string, number>()
  const most = new Map<string, number>()
  for (const { thread, name, process } of parseCalls(log)) {
    const count = (byThread.get(`${name} ${thread}`) ?? 0) + 1
    byThread.set(`${name} ${thread}`, count)
    const key = `${process} ${name}`
    most.set(key, Math.max(most.get(key) ?? 0, count))
  }
  return most
}

/** The most calls of a kind that any one thread made. */
export function mostCalls(counts: ReadonlyMap<string, number>, step: WriteStep): number {
  return Math.max(0, ...[...counts].filter(([key]) => key.endsWith(` ${step}`)).map(([, count]) => count))
}

/** Runs a job that is killed at a point; what the kill hit, or undefined where the job ended before. */
export async function runKilled(
  rig: Rig,
  { step, when, path }: KillPoint,
): Promise<{ end: RunEnd; hit: Hit | undefined }> {
  const log = join(rig.folder, 'strace.log')
  const only = path === undefined ? [] : ['-P', path]
  const end = await rig.run(under(log, [...only, '-e', `inject=${step}:signal=SIGKILL:when=${when}`]))
  return { end, hit: hitIn(log, step) }
}

/**
 * As `runKilled`, but only a worker is watched: where the coordinator makes more calls of a kind, it would
 * always be the first to reach the count.
 */
export async function runWorkerKilled(rig: Rig, { step, when }: KillPoint): Promise<Hit | undefined> {
  const log = join(rig.folder, 'strace.log')
  rmSync(log, { force: true })
  const { child, ended } = rig.start()
  const worker = await firstChild(child.pid as number, ended)
  if (worker === undefined) return undefined
  const inject = `inject=${step}:signal=SIGKILL:when=${when}`
  const tracer = spawn('strace', [...under(log, ['-e', inject, '-p', worker]).slice(1)], { stdio: 'ignore' })
  const traced = new Promise(done => tracer.once('close', done))
  await ended
  tracer.kill()
  await traced
  if (!existsSync(log)) return undefined
  for (const { name, target, isCutShort } of parseCalls(log)) {
    if (name === step && isCutShort) return { step, process: 'worker', target, isMidRun: true }
  }
  return undefined
}

/** The first child of a process, once it has one; undefined where it ends before. */
async function firstChild(pid: number, ended: Promise<unknown>): Promise<string | undefined> {
  let isOver = false
  void ended.then(() => (isOver = true))
  while (!isOver) {
    const [child] = readChildren(pid)
    if (child !== undefined) return child
    await new Promise(done => setTimeout(done, 2))
  }
  return undefined
}

function readChildren(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return []
    throw error
  }
}

interface Call {
  readonly thread: string
  readonly name: WriteStep
  readonly process: 'coordinator' | 'worker'
  /** The file behind the call's descriptor, or its first path. */
  readonly target: string
  readonly isCutShort: boolean
}

/** The write steps of a log, in order, each with the process that its thread belongs to. */
function* parseCalls(log: string): Generator<Call> {
  const processes = new Map<string, 'coordinator' | 'worker'>()
  const pending = new Map<string, { name: string; target: string }>()
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const match = /^(\d+)\s+(?:<\.\.\. (\w+) resumed>|(\w+)\((?:\d+<([^>]*)>|"")?)(.*)$/.exec(line)
    if (match === null) continue
    const [, thread, resumed, begun, target = '', rest] = match
    const name = resumed ?? begun
    // The first thread of all is the coordinator's; what executes a program later is a worker.
    if (name === 'execve' && begun !== undefined) processes.set(thread, processes.size === 0 ? 'coordinator' : 'worker')
    const process = processes.get(thread) ?? 'coordinator'
    const made = / = (\d+)$/.exec(rest)?.[1]
    if (name.startsWith('clone') && made !== undefined && !processes.has(made)) processes.set(made, process)
    if (begun !== undefined && rest.endsWith('<unfinished ...>')) pending.set(thread, { name, target })
    else if ((writeSteps as readonly string[]).includes(name)) {
      const place = resumed === undefined ? target : (pending.get(thread)?.target ?? '')
      yield { thread, name: name as WriteStep, process, target: place, isCutShort: rest.endsWith(' = ?') }
    }
  }
}

/** The call that the kill came to: it has no result, and of several such the first was the one that was counted. */
function hitIn(log: string, step: WriteStep): Hit | undefined {
  let links = 0
  for (const { name, process, target, isCutShort } of parseCalls(log)) {
    if (name === step && isCutShort) return { step, process, target, isMidRun: links > 2 }
    if (name === 'link') links++
  }
  return undefined
}
