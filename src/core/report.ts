import type { SegmentResult, UnitProgress } from './unit-result.js'

/** How a unit tells of itself while it runs. Neither call waits. */
export interface UnitReport {
  progress(progress: UnitProgress): void
  /** A piece of the unit is published and may be committed. */
  piece(result: SegmentResult): void
}
