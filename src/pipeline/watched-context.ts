import type { JsonValue } from '../core/json.js'
import type { Sample } from '../core/sample.js'
import type { StageContext } from './stage.js'

/** What was measured on a document that is dropped, and the bounds that it did not meet. */
export interface WhyDropped {
  /** What decided, such as the filter of a ScoreFilter. */
  readonly by: string
  /** The field that was looked at. */
  readonly field: string
  readonly score: JsonValue
  readonly bound: Readonly<Record<string, JsonValue>>
  /** True where what meets the bounds is dropped. */
  readonly isInverted: boolean
}

/** The context of a stage that is watched: stages that ship with Pawl say more there than what they pass on. */
export interface WatchedContext extends StageContext {
  dropped(sample: Sample, why: WhyDropped): void
}

/** Says why a document is dropped, where somebody watches. */
export function tellDropped(context: StageContext, sample: Sample, why: () => WhyDropped): void {
  const { dropped } = context as Partial<WatchedContext>
  dropped?.(sample, why())
}
