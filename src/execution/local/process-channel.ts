import type { ChildProcess } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FromWorker, ToWorker } from '../protocol/messages.js'
import type { Gone, WorkerChannel } from '../protocol/worker-channel.js'
import { startWorker, takeSpare } from './spare-worker.js'

export interface ProcessSettings {
  readonly heapMb: number
  readonly logFolder: string
}

let started = 0

/** Starts a worker process, and is the way to it. */
export class ProcessChannel implements WorkerChannel {
  readonly gone: Promise<Gone>
  readonly #child: ChildProcess
  #listener: (message: FromWorker) => void = () => {}

  constructor({ heapMb, logFolder }: ProcessSettings) {
    this.#child = takeSpare(heapMb) ?? startWorker(heapMb)
    keepOutput(this.#child, join(logFolder, `worker-${++started}.txt`))
    this.#child.on('message', message => this.#listener(message as FromWorker))
    this.gone = whenGone(this.#child)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  send(message: ToWorker): void {
    // A worker that is already gone is noticed by its exit.
    this.#child.send(message, () => {})
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.#listener = listener
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** A worker that ends by itself may have died of its unit; one that never began did not. */
async function whenGone(child: ChildProcess): Promise<Gone> {
  const exited = new Promise<Gone>(resolve => {
    child.once('error', error => resolve({ blame: 'place', reason: `it could not be started: ${error.message}` }))
    child.once('exit', (code, signal) =>
      resolve({ blame: 'unit', reason: signal === null ? `it exited with code ${code}` : `it was ended by ${signal}` }),
    )
  })
  const silent = new Promise<void>(resolve => {
    child.once('error', () => resolve())
    child.once('disconnect', () => resolve())
  })
  const [how] = await Promise.all([exited, silent])
  return how
}

/** What a worker prints goes to a file; where that cannot be written, nowhere: a log stops no job. */
function keepOutput({ stdout, stderr }: ChildProcess, path: string): void {
  let isOpen = true
  const keep = (chunk: Buffer) => {
    try {
      if (isOpen) appendFileSync(path, chunk)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      isOpen = false
    }
  }
  for (const stream of [stdout, stderr]) stream?.on('data', keep).on('error', () => {})
}
