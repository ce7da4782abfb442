import type { UnitProgress } from '../core/work-unit.js'

/** How far a job is, for whoever shows it. */
export interface ProgressSnapshot {
  readonly phase: string
  readonly partitionsDone: number
  readonly partitionsTotal: number
  readonly samples: number
  readonly bytes: number
  /** Share of the whole job that is done, from 0 to 1. */
  readonly share: number
  readonly elapsedMs: number
  readonly workerMemoryBytes: number
}

/** Adds up what units report. Work that an earlier run committed counts as done, but not for speed. */
export class ProgressMeter {
  phase = 'starting'
  partitionsTotal = 0
  #started = performance.now()
  #doneBytes = 0
  #reusedBytes = 0
  #finished = 0
  #samples = 0
  #inFlight = new Map<string, UnitProgress>()

  constructor(readonly memory: () => number) {}

  /** Bytes that all stages together will read, about. */
  expectedBytes = 0

  reuse(bytes: number, partitions: number): void {
    this.#reusedBytes += bytes
    this.#finished += partitions
  }

  unit(id: string, progress: UnitProgress | undefined): void {
    if (progress !== undefined) {
      this.#inFlight.set(id, progress)
      return
    }
    const last = this.#inFlight.get(id)
    this.#inFlight.delete(id)
    this.#doneBytes += last?.bytes ?? 0
    this.#samples += last?.samples ?? 0
  }

  partitionFinished(): void {
    this.#finished++
  }

  snapshot(): ProgressSnapshot {
    let bytes = this.#doneBytes
    let samples = this.#samples
    for (const progress of this.#inFlight.values()) {
      bytes += progress.bytes
      samples += progress.samples
    }
    const share = this.expectedBytes === 0 ? 0 : Math.min(0.999, (bytes + this.#reusedBytes) / this.expectedBytes)
    return {
      phase: this.phase,
      partitionsDone: Math.min(this.#finished, this.partitionsTotal),
      partitionsTotal: this.partitionsTotal,
      samples,
      bytes,
      share,
      elapsedMs: performance.now() - this.#started,
      workerMemoryBytes: this.memory(),
    }
  }
}
