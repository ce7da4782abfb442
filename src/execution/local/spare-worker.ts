import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { packageRoot } from '../../util/package-root.js'

const workerMain = join(packageRoot, 'dist', 'execution', 'local', 'worker-main.js')

/** Heap of a worker whose memory is limited to so much. */
export function heapMbOf(memoryBytes: number): number {
  return Math.max(64, Math.floor((memoryBytes / 1e6) * 0.75))
}

/** Starts the process of a worker. What it prints comes through pipes, as nobody may know yet where it goes. */
export function startWorker(heapMb: number): ChildProcess {
  // It is told whose it is, so that it knows when it is nobody's.
  return fork(workerMain, [String(process.pid)], {
    // The fifth descriptor is the lifeline: its other end closes with this process.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    execArgv: [
      `--max-old-space-size=${heapMb}`,
      '--max-semi-space-size=16',
      ...process.execArgv.filter(arg => !arg.startsWith('--max-')),
    ],
  })
}

const defaultMemoryBytes = 1_024_000_000

let spare: { readonly child: ChildProcess; readonly heapMb: number } | undefined

/**
 * Starts a worker before it is known what for, so that it is ready by the time the recipe is. It keeps this process
 * from nothing, and ends with it where nobody takes it.
 */
export function prepareWorker(): void {
  if (spare !== undefined) return
  const heapMb = heapMbOf(defaultMemoryBytes)
  const child = startWorker(heapMb)
  // Where it cannot be started, the one that is started for real says why.
  child.on('error', () => dropSpare(child))
  child.once('exit', () => dropSpare(child))
  for (const one of handlesOf(child)) one?.unref?.()
  spare = { child, heapMb }
}

/** The worker that was started beforehand, if it is of the right size. */
export function takeSpare(heapMb: number): ChildProcess | undefined {
  if (spare === undefined || spare.heapMb !== heapMb) return undefined
  const { child } = spare
  spare = undefined
  child.removeAllListeners()
  for (const one of handlesOf(child)) one?.ref?.()
  return child
}

/** Ends the worker that nobody took. */
export function endSpare(): void {
  const child = spare?.child
  spare = undefined
  child?.kill('SIGKILL')
}

function dropSpare(child: ChildProcess): void {
  if (spare?.child === child) spare = undefined
}

interface Handle {
  ref?(): void
  unref?(): void
}

function handlesOf(child: ChildProcess): (Handle | null | undefined)[] {
  const pipes = child.stdio as unknown as readonly (Readable & Handle)[]
  return [child, child.channel, ...pipes]
}
