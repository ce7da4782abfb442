import type { Counts } from '../core/records.js'
import type { OperatorUse } from '../core/work-unit.js'

/** What came of a run. Times in milliseconds, sizes in bytes. */
export interface RunReport {
  readonly jobId: string
  readonly jobDir: string
  readonly exportPath: string
  readonly operators: readonly OperatorUse[]
  readonly counts: Counts
  /** Time that the export took in this run. */
  readonly exportMs: number
  readonly samplesOut: number
  readonly quarantined: number
  readonly exportedBytes: number
  readonly durationMs: number
  /** Bytes of input that this run itself took; 0 where there was nothing to do. */
  readonly processedBytes: number
  /** Bytes of input a second over the time on the wall; 0 where there was nothing to do. */
  readonly bytesPerSecond: number
  readonly wasComplete: boolean
}
