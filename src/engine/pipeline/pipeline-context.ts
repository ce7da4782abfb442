import type { RunContext } from '../../execution/coordinator/scheduler/run-context.js'
import { Pace } from '../../execution/coordinator/scheduler/straggler.js'
import type { Team } from '../../execution/coordinator/scheduler/team.js'
import { Decisions } from './decisions.js'
import { OutputManifest } from './output-manifest.js'
import type { PinnedSources } from './pinned-sources.js'
import type { PipelineOptions } from './pipeline-options.js'
import type { PipelineMeter } from './pipeline-progress.js'
import type { PipelineSession } from './pipeline-session.js'
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

/** What a session's work goes by. */
interface Work {
  readonly plan: PipelinePlan
  readonly pinned: PinnedSources
  readonly team: Team
  readonly options: PipelineOptions
  readonly meter: PipelineMeter
}

/** Puts together what the parts of a pipeline share while it runs, and has the meter follow it. */
export function contextOf(session: PipelineSession, { plan, pinned, team, options, meter }: Work): PipelineContext {
  const { directory, held, spec, executor, signal } = session
  const { maxAttempts = 3, retryFailed = false, keepSpools = true, spoolMb = 1024, retryDelayS = 0.5 } = options
  return {
    ...{ job: spec, plan: { operators: [], links: [], applyLinks: [], reaches: [], checkpoints: [] }, files: [] },
    ...{
      directory,
      ledger: held.ledger,
      lease: held.lease,
      team,
      executor,
      signal,
      setbacks: new Map(),
      pace: new Pace(),
    },
    settings: {
      ...{ preserveIntermediate: true, copyInputs: false, maxQuarantineRatio: 1 },
      resolveMemoryBytes: (plan.pools[0]?.memoryMb ?? 1024) * 500_000,
      ...{ maxLosses: 3, retryDelayMs: retryDelayS * 1000 },
    },
    emit: event => {
      session.emit(event)
      if (event.event_type === 'partition_complete') {
        meter.complete++
        meter.itemsIn += event.samples_in
        meter.itemsOut += event.samples_out
      }
      if (event.event_type === 'partition_failed') meter.failed++
    },
    onProgress: (unit, progress) => meter.unit(unit, progress),
    ...{ pipeline: plan, pinned, manifest: new OutputManifest(held.ledger), decisions: new Decisions() },
    ...{ failing: { maxAttempts, retryFailed }, keepsSpools: keepSpools, spoolBytes: spoolMb * 1e6 },
  }
}
