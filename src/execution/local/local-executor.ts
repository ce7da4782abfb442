import { readFileSync } from 'node:fs'
import type { WorkerStatus } from '../../core/process-status.js'
import type { UnitReport } from '../../core/report.js'
import type { UnitOutcome } from '../../core/unit-result.js'
import type { JobSpec, WorkUnit } from '../../core/work-unit.js'
import { startOf } from '../../util/process-identity.js'
import type { Executor } from '../executor.js'
import { endSpare, heapMbOf } from './spare-worker.js'
import { Watchdog } from './watchdog.js'
import { WorkerProcess } from './worker-process.js'

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

/** Runs units in worker processes on this machine, started on demand and kept for the next unit. */
export class LocalExecutor implements Executor {
  readonly #idle: WorkerProcess[] = []
  readonly #busy = new Set<WorkerProcess>()
  readonly #waiting: (() => void)[] = []
  #taken = 0

  constructor(
    readonly job: JobSpec,
    readonly settings: LocalSettings,
  ) {}

  /** Has a worker ready for the first unit, so that it loads the job's operators while that is still planned. */
  prepare(): void {
    if (this.#idle.length === 0 && this.#busy.size === 0) this.#idle.push(this.#start())
  }

  get slots(): number {
    return this.settings.workers
  }

  async run(unit: WorkUnit, report: UnitReport, signal: AbortSignal): Promise<UnitOutcome> {
    await this.#takeSlot()
    try {
      if (signal.aborted) return { kind: 'stopped' }
      const worker = this.#takeIdle() ?? this.#start()
      this.#busy.add(worker)
      const watchdog = new Watchdog(this.settings.stallMs, checkMs)
      const checks = setInterval(() => this.#check(worker, watchdog), checkMs)
      try {
        return await worker.run(unit, report, signal, () => watchdog.note())
      } finally {
        clearInterval(checks)
        this.#busy.delete(worker)
        if (worker.isAlive) this.#idle.push(worker)
      }
    } finally {
      this.#freeSlot()
    }
  }

  /** What each worker is at. */
  workers(): WorkerStatus[] {
    return [...this.#busy, ...this.#idle].flatMap(worker => {
      const { pid, unit } = worker
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
    for (const worker of [...this.#idle, ...this.#busy]) sum += residentBytes(worker.pid)
    return sum
  }

  async [Symbol.asyncDispose](): Promise<void> {
    endSpare()
    // Stages of pipelines may have something to end; operators have not.
    const idle = this.#idle.map(worker => (this.job.pipeline === undefined ? worker.end(closed) : worker.retire()))
    await Promise.all([...idle, ...[...this.#busy].map(worker => worker.end(closed))])
  }

  /** An idle worker that is still alive; one that ended while nobody needed it is no loss. */
  #takeIdle(): WorkerProcess | undefined {
    for (;;) {
      const worker = this.#idle.pop()
      if (worker === undefined || worker.isAlive) return worker
    }
  }

  #start(): WorkerProcess {
    const { memoryBytes, logFolder } = this.settings
    return new WorkerProcess(this.job, { heapMb: heapMbOf(memoryBytes), logFolder })
  }

  #check(worker: WorkerProcess, watchdog: Watchdog): void {
    const silentMs = watchdog.tick()
    const memory = residentBytes(worker.pid)
    const { memoryBytes } = this.settings
    if (silentMs !== undefined) void worker.end(`it made no progress for ${Math.round(silentMs / 1000)} s`)
    else if (memory > memoryBytes)
      void worker.end(
        `it used ${Math.round(memory / 1e6)} MB of memory, ${Math.round(memoryBytes / 1e6)} MB are allowed`,
      )
  }

  async #takeSlot(): Promise<void> {
    if (this.#taken >= this.slots) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#taken++
  }

  #freeSlot(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#taken--
    else next()
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
