import type { Sample } from '../../../core/sample.js'

/** Samples on their way into a segment; their bytes are valid until the next batch is asked for. */
export interface InputBatch {
  readonly samples: readonly Sample[]
  /** Ordinals `[from, to)` that the batch covers, also where no sample came of them. */
  readonly from: number
  readonly to: number
  readonly bytes: number
}
