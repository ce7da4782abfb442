import type { Counts } from '../core/records.js'
import type { OperatorUse } from '../core/work-unit.js'

/** What came of a run. Times in milliseconds, sizes in bytes. */
export interface RunReport {
  readonly jobId: string
  readonly jobDir: string
  readonly exportPath: string
  readonly operators: readonly OperatorUse[]
  /** Operators of the recipe that the job ran without. */
  readonly skipped: readonly string[]
  readonly counts: Counts
  readonly samplesOut: number
  readonly quarantined: number
  readonly exportedBytes: number
  readonly durationMs: number
  /** Bytes of input that this run itself read; 0 where there was nothing to do. */
  readonly processedBytes: number
  readonly wasComplete: boolean
}
