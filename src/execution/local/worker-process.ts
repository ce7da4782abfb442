import type { ChildProcess } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UnitReport } from '../../core/report.js'
import type { UnitOutcome, UnitProgress } from '../../core/unit-result.js'
import type { JobSpec, WorkUnit } from '../../core/work-unit.js'
import type { FromWorker, ToWorker } from './messages.js'
import { startWorker, takeSpare } from './spare-worker.js'

export interface WorkerSettings {
  readonly heapMb: number
  readonly logFolder: string
}

let started = 0
/** How long a worker may take to end what it has set up. */
const patienceMs = 10_000

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

/** Times by this process's own clock. */
interface UnitUnderWay {
  readonly id: string
  readonly partition: string | null
  readonly sinceMs: number
  readonly signMs: number
}

function partitionOf(unit: WorkUnit): string | null {
  return 'partition' in unit ? unit.partition : null
}

/** A worker process and the one unit it may be running. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #gone: Promise<string>
  #reason: string | undefined
  #isAlive = true
  #unit: UnitUnderWay | undefined
  #onMessage: (message: FromWorker) => void = () => {}

  constructor(job: JobSpec, { heapMb, logFolder }: WorkerSettings) {
    this.#child = takeSpare(heapMb) ?? startWorker(heapMb)
    keepOutput(this.#child, join(logFolder, `worker-${++started}.txt`))
    this.#child.on('message', message => this.#onMessage(message as FromWorker))
    this.#gone = this.#watchExit()
    this.#send({ type: 'job', job })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** What it runs, since when, and when it last gave a sign; undefined while it is idle. */
  get unit(): UnitUnderWay | undefined {
    return this.#unit
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  /** Runs a unit; `onSign` is told whenever the worker reports anything. */
  async run(unit: WorkUnit, report: UnitReport, signal: AbortSignal, onSign: () => void): Promise<UnitOutcome> {
    let progress: UnitProgress | undefined
    const underWay = {
      id: unit.id,
      partition: partitionOf(unit),
      sinceMs: performance.now(),
      signMs: performance.now(),
    }
    this.#unit = underWay
    const answered = new Promise<UnitOutcome>(resolve => {
      this.#onMessage = message => {
        underWay.signMs = performance.now()
        onSign()
        if (message.type === 'progress') {
          progress = message.progress
          report.progress(message.progress)
        } else if (message.type === 'piece') report.piece(message.result)
        else if (message.type === 'done') resolve({ kind: 'done', result: message.result })
        else resolve({ kind: 'failed', error: message.error })
      }
    })
    const lost = this.#gone.then(
      (reason): UnitOutcome => (signal.aborted ? { kind: 'stopped' } : { kind: 'lost', reason, progress }),
    )
    const stop = () => void this.end('the job was stopped')
    signal.addEventListener('abort', stop)
    try {
      this.#send({ type: 'run', unit })
      return await Promise.race([answered, lost])
    } finally {
      signal.removeEventListener('abort', stop)
      this.#onMessage = () => {}
      this.#unit = undefined
    }
  }

  /** Lets the process end what it has set up, and ends it where that takes too long. */
  async retire(): Promise<void> {
    this.#send({ type: 'end' })
    const timer = setTimeout(() => void this.end('it did not end in time'), patienceMs)
    await this.#gone
    clearTimeout(timer)
  }

  /** Ends the process whatever it does; resolves when it is gone. */
  async end(reason: string): Promise<void> {
    this.#reason ??= reason
    this.#child.kill('SIGKILL')
    await this.#gone
  }

  #send(message: ToWorker): void {
    // A worker that is already gone is noticed by its exit.
    this.#child.send(message, () => {})
  }

  /** Resolves once the process is gone and all that it said has been heard. */
  async #watchExit(): Promise<string> {
    const exited = new Promise<string>(resolve => {
      this.#child.once('error', error => resolve(`it could not be started: ${error.message}`))
      this.#child.once('exit', (code, signal) =>
        resolve(signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`),
      )
    })
    const silent = new Promise<void>(resolve => {
      this.#child.once('error', () => resolve())
      this.#child.once('disconnect', () => resolve())
    })
    const [how] = await Promise.all([exited, silent])
    this.#isAlive = false
    return this.#reason ?? how
  }
}
