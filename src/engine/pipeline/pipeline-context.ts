import type { RunContext } from '../../execution/coordinator/scheduler/run-context.js'
import type { Decisions } from './decisions.js'
import type { PinnedSources } from './list-sources.js'
import type { OutputManifest } from './output-manifest.js'
import type { PipelinePlan } from './plan-pipeline.js'

/** What the parts of a running pipeline share. */
export interface PipelineContext extends RunContext {
  readonly pipeline: PipelinePlan
  readonly pinned: PinnedSources
  /** What stands in the folders that the pipeline writes to. */
  readonly manifest: OutputManifest
  readonly failing: FailurePolicy
  /** What barriers decided, as far as that is known. */
  readonly decisions: Decisions
  /** Keep spools that a later stage has overtaken. */
  readonly keepsSpools: boolean
  readonly spoolBytes: number
}

export interface FailurePolicy {
  /** Runs in which a source may fail before it is left alone. */
  readonly maxAttempts: number
  /** Try those again that were left alone. */
  readonly retryFailed: boolean
}
