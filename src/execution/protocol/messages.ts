import type { SegmentResult, UnitError, UnitProgress, UnitResult } from '../../core/unit-result.js'
import type { JobSpec, WorkUnit } from '../../core/work-unit.js'

export type ToWorker =
  | { readonly type: 'job'; readonly job: JobSpec }
  | { readonly type: 'run'; readonly unit: WorkUnit }
  /** Nothing comes any more: end what was set up, then the process. */
  | { readonly type: 'end' }

export type FromWorker =
  | { readonly type: 'progress'; readonly progress: UnitProgress }
  | { readonly type: 'piece'; readonly result: SegmentResult }
  | { readonly type: 'done'; readonly result: UnitResult }
  | { readonly type: 'failed'; readonly error: UnitError }
