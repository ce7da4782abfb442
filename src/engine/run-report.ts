import type { Counts } from '../core/records.js'
import type { OperatorUse } from '../core/work-unit.js'

/** What came of a run. Times in milliseconds, sizes in bytes. */
export interface RunReport {
  /** Name of the job. */
  readonly jobId: string
  /** Its folder. */
  readonly jobDir: string
  /** The file or folder of the result. */
  readonly exportPath: string
  /** The operators as they were run, with all their parameters. */
  readonly operators: readonly OperatorUse[]
  /** Operators of the recipe that the job ran without. */
  readonly skipped: readonly string[]
  /** What happened to all samples, in this run and earlier ones. */
  readonly counts: Counts
  /** Time that the export took in this run. */
  readonly exportMs: number
  /** Samples in the result. */
  readonly samplesOut: number
  /** Records and samples that were set aside. */
  readonly quarantined: number
  /** Size of the result. */
  readonly exportedBytes: number
  /** Time on the wall. */
  readonly durationMs: number
  /** Bytes of input that this run itself took; 0 where there was nothing to do. */
  readonly processedBytes: number
  /** Bytes of input a second over the time on the wall; 0 where there was nothing to do. */
  readonly bytesPerSecond: number
  /** What deduplicators tell of their decisions, in words. */
  readonly decisions: readonly string[]
  /** True where there was nothing to do. */
  readonly wasComplete: boolean
}
