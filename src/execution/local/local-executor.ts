import { readFileSync } from 'node:fs'
import type { WorkerStatus } from '../../core/process-status.js'
import type { UnitReport } from '../../core/report.js'
import type { UnitOutcome } from '../../core/unit-result.js'
import type { JobSpec, WorkUnit } from '../../core/work-unit.js'
import { startOf } from '../../util/process-identity.js'
import { Turns } from '../../util/turns.js'
import type { Executor, Slot } from '../protocol/executor.js'
import { turnSlot } from '../protocol/turn-slot.js'
import { Worker } from '../protocol/worker.js'
import { ProcessChannel } from './process-channel.js'
import { endSpare, heapMbOf } from './spare-worker.js'
import { Watchdog } from './watchdog.js'

export interface LocalSettings {
  readonly workers: number
  /** A worker that reports nothing for this long is taken for stuck. */
  readonly stallMs: number
  /** A worker whose resident memory grows beyond this is ended. */
  readonly memoryBytes: number
  readonly logFolder: string
}

const checkMs = 250
const closed = 'the executor was closed'
const away = { blame: 'place', reason: closed } as const

/** Runs units in worker processes on this machine, started on demand and kept for the next unit. */
export class LocalExecutor implements Executor {
  readonly #idle: Worker<ProcessChannel>[] = []
  readonly #busy = new Set<Worker<ProcessChannel>>()
  readonly #turns: Turns
  #isClosed = false

  constructor(
    readonly job: JobSpec,
    readonly settings: LocalSettings,
  ) {
    this.#turns = new Turns(settings.workers)
  }

  /** Has a worker ready for the first unit, so that it loads the job's operators while that is still planned. */
  prepare(): void {
    if (this.#idle.length === 0 && this.#busy.size === 0) this.#idle.push(this.#start())
  }

  async acquire(signal: AbortSignal): Promise<Slot> {
    await this.#turns.take(signal)
    return turnSlot(this.#turns, (unit, report, stop) => this.#run(unit, report, stop))
  }

  async #run(unit: WorkUnit, report: UnitReport, signal: AbortSignal): Promise<UnitOutcome> {
    if (signal.aborted) return { kind: 'stopped' }
    if (this.#isClosed) return { kind: 'lost', blame: 'place', reason: closed, progress: undefined }
    const worker = this.#takeIdle() ?? this.#start()
    this.#busy.add(worker)
    const watchdog = new Watchdog(this.settings.stallMs, checkMs)
    const checks = setInterval(() => this.#check(worker, watchdog), checkMs)
    try {
      return await worker.run(unit, { report, signal, onSign: () => watchdog.note() })
    } finally {
      clearInterval(checks)
      this.#busy.delete(worker)
      if (worker.isAlive) this.#idle.push(worker)
    }
  }

  /** What each worker is at. */
  workers(): WorkerStatus[] {
    return [...this.#busy, ...this.#idle].flatMap(worker => {
      const { unit } = worker
      const { pid } = worker.channel
      if (pid === undefined || !worker.isAlive) return []
      const now = performance.now()
      return [
        {
          ...{ pid, started: startOf(pid), unit: unit?.id ?? null, partition: unit?.partition ?? null },
          for_ms: unit === undefined ? 0 : Math.round(now - unit.sinceMs),
          silent_ms: unit === undefined ? 0 : Math.round(now - unit.signMs),
          memory_bytes: residentBytes(pid),
        },
      ]
    })
  }

  memoryBytes(): number {
    let sum = 0
    for (const worker of [...this.#idle, ...this.#busy]) sum += residentBytes(worker.channel.pid)
    return sum
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    endSpare()
    // Stages of pipelines may have something to end; operators have not.
    const idle = this.#idle.map(worker => (this.job.pipeline === undefined ? worker.end(away) : worker.retire()))
    await Promise.all([...idle, ...[...this.#busy].map(worker => worker.end(away))])
  }

  /** An idle worker that is still alive; one that ended while nobody needed it is no loss. */
  #takeIdle(): Worker<ProcessChannel> | undefined {
    for (;;) {
      const worker = this.#idle.pop()
      if (worker === undefined || worker.isAlive) return worker
    }
  }

  #start(): Worker<ProcessChannel> {
    const { memoryBytes, logFolder } = this.settings
    return new Worker(this.job, new ProcessChannel({ heapMb: heapMbOf(memoryBytes), logFolder }))
  }

  #check(worker: Worker<ProcessChannel>, watchdog: Watchdog): void {
    const silentMs = watchdog.tick()
    const memory = residentBytes(worker.channel.pid)
    const { memoryBytes } = this.settings
    if (silentMs !== undefined)
      void worker.end({ blame: 'unit', reason: `it made no progress for ${Math.round(silentMs / 1000)} s` })
    else if (memory > memoryBytes)
      void worker.end({
        blame: 'unit',
        reason: `it used ${Math.round(memory / 1e6)} MB of memory, ${Math.round(memoryBytes / 1e6)} MB are allowed`,
      })
  }
}

const pageBytes = 4096

function residentBytes(pid: number | undefined): number {
  if (pid === undefined) return 0
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageBytes
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return 0
    throw error
  }
}
