import type { EventBody } from '../core/events.js'
import type { PointRecord } from '../core/records.js'
import { speedOf } from '../core/speed.js'
import type { UnitProgress } from '../core/unit-result.js'
import type { WorkUnit } from '../core/work-unit.js'
import { JobTally, type TallyStart } from './job-tally.js'

/** What a run is doing; `checking` is whether files whose time changed hold something else. */
export type RunPhase = 'listing' | 'checking' | 'reading' | 'deciding' | 'exporting' | 'done'

/** How far a run is. Times in milliseconds, sizes in bytes. */
export interface Progress {
  /** What the run is doing. */
  readonly phase: RunPhase
  /** Share of the whole job that is done, from 0 to 1, what earlier runs did included. */
  readonly share: number
  /** Share that earlier runs had done. */
  readonly reusedShare: number
  /** Partitions that have come as far as all must come before the next decision, or to the end. */
  readonly partitionsDone: number
  /** All partitions; 0 while the input is listed. */
  readonly partitionsTotal: number
  /** Records of the input that were read so far, by this run and earlier ones. */
  readonly samplesIn: number
  /** Samples that are left of them. */
  readonly kept: number
  /** Samples that each operator dropped, the busiest first. */
  readonly dropped: readonly { readonly operator: string; readonly samples: number }[]
  /** Records and samples that were set aside. */
  readonly quarantined: number
  /** Bytes of input that this run took so far. */
  readonly processedBytes: number
  /** Bytes of input a second, over the time on the wall. */
  readonly bytesPerSecond: number
  /** Since the run began. */
  readonly elapsedMs: number
  /** Undefined as long as nothing can be told from what was done. */
  readonly leftMs: number | undefined
  /** Memory of the process and its workers. */
  readonly memoryBytes: number
}

/** Below this share of work of its own, a run says nothing about the time left. */
const tellingShare = 0.01

/** Follows a run by its events and by what its units report; tells how far it is at any moment. */
export class ProgressMeter {
  readonly startedAt = new Date()
  /** Memory of the workers. */
  workerMemory: () => number = () => 0
  #started = performance.now()
  #workStarted = this.#started
  #phase: RunPhase = 'listing'
  #tally: JobTally | undefined
  #reusedShare = 0
  #share = 0

  /** Takes over what is known before the first unit runs. */
  begin(start: TallyStart): void {
    this.#tally = new JobTally(start)
    this.#phase = 'reading'
    this.#workStarted = performance.now()
    this.#reusedShare = this.#share = this.#tally.share
  }

  unit(unit: WorkUnit, progress: UnitProgress | undefined): void {
    if (progress !== undefined) {
      if (unit.kind === 'digest') this.#phase = this.#tally === undefined ? 'checking' : this.#phase
      else if (unit.kind === 'export') this.#phase = 'exporting'
      else this.#phase = unit.kind === 'resolve' || unit.kind === 'compare' ? 'deciding' : 'reading'
    }
    this.#tally?.unit(unit, progress)
  }

  onEvent(event: EventBody): void {
    this.#tally?.onEvent(event)
  }

  /** Takes note of what another process committed. */
  onOthers({ partition, opsDone, file, counts, quarantine }: PointRecord): void {
    const quarantined = quarantine.reduce((sum, { rows }) => sum + rows, 0)
    this.#tally?.recall({ key: partition, done: opsDone, rows: file.rows, counts, quarantined })
  }

  /** The job is complete; `inputBytes` is what it read in all its runs. */
  complete(inputBytes: number, wasComplete: boolean): void {
    this.#tally?.complete(inputBytes)
    if (wasComplete) this.#reusedShare = 1
    this.#share = 1
    this.#phase = 'done'
  }

  /** Milliseconds that barriers took to decide in this run, by position in the recipe. */
  get decidingMs(): ReadonlyMap<number, number> {
    return this.#tally?.decidingMs ?? new Map()
  }

  snapshot(): Progress {
    const tally = this.#tally
    const elapsedMs = performance.now() - this.#started
    // A unit that is redone takes nothing back of what was shown.
    if (this.#phase !== 'done') this.#share = Math.min(0.999, Math.max(this.#share, tally?.share ?? 0))
    const own = this.#share - this.#reusedShare
    const workedMs = performance.now() - this.#workStarted
    const processedBytes = Math.round((tally?.inputBytes ?? 0) * own)
    return {
      phase: this.#phase,
      share: this.#share,
      reusedShare: this.#reusedShare,
      partitionsDone: tally?.partitionsDone ?? 0,
      partitionsTotal: tally?.partitionsTotal ?? 0,
      samplesIn: tally?.samplesIn ?? 0,
      kept: tally?.kept ?? 0,
      dropped: tally?.dropped ?? [],
      quarantined: tally?.quarantined ?? 0,
      processedBytes,
      bytesPerSecond: speedOf(processedBytes, elapsedMs),
      elapsedMs,
      leftMs: own < tellingShare ? undefined : (workedMs * (1 - this.#share)) / own,
      memoryBytes: process.memoryUsage.rss() + this.workerMemory(),
    }
  }
}
