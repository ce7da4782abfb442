import { UnitFailed } from '../../execution/coordinator/scheduler/supervise.js'
import { JobFailure, JobStopped } from '../../execution/protocol/job-failure.js'
import { describeFailure, isSystemError } from '../../execution/protocol/unit-failure.js'
import type { JobDirectory } from '../../state/job-directory.js'
import { LeaseLost } from '../../state/lease.js'
import { plural } from '../../util/format.js'
import type { OpenWorks } from './open-works.js'
import type { FailedSource, PipelineOutcome } from './pipeline-options.js'
import type { PipelineSession } from './pipeline-session.js'
import type { PipelinePlan } from './plan-pipeline.js'
import { describePipeline, differenceOf, type RecordedPipeline } from './recorded-pipeline.js'

/** What has become of the sources once nothing is left to do. */
export function countSources({
  works,
  total,
  complete: before,
}: OpenWorks): Pick<PipelineOutcome, 'complete' | 'failed' | 'pending' | 'failedSources' | 'wasComplete'> {
  const failedSources = works.flatMap((work): FailedSource[] => {
    const record = work.failures()
    if (record === undefined) return []
    const { id, name } = work.source
    return [{ id, name, attempts: record.attempts, isRetried: !work.isLeftAlone(record), failures: record.failures }]
  })
  const complete = total - works.length + works.filter(work => work.isDone()).length
  const failed = failedSources.length
  return { complete, failed, pending: total - complete - failed, failedSources, wasComplete: before === total }
}

/** A sentence on what a run begins with. */
export function describeStart(
  plan: PipelinePlan,
  { total, before, isJoining }: { readonly total: number; readonly before: number; readonly isJoining: boolean },
): string {
  const sources = plural(total, 'source')
  const begin = isJoining ? 'Joining' : before > 0 ? 'Resuming' : 'Starting'
  const rest =
    before === total && total > 0
      ? `all ${sources} are complete`
      : before > 0
        ? `${before} of ${sources} are complete`
        : `${sources} through ${plural(plan.stages.length, 'stage')}`
  return `${begin} ${plan.name}: ${rest}`
}

/** Says what of a pipeline differs from the one that others run on the same state. */
export function describeDifference(directory: JobDirectory, plan: PipelinePlan): string {
  const recorded = directory.read<RecordedPipeline>(directory.pipeline)
  const how =
    recorded.kind === 'read'
      ? differenceOf(recorded.content, describePipeline(plan))
      : 'what it runs is not on record yet'
  return `this pipeline differs from its (${how}), so that it cannot join; the same one could, and another checkpointPath begins one beside it`
}

/** What a run that ended early is told to have ended by. */
export function endingOf(error: unknown, { held, stopReason }: PipelineSession): unknown {
  const { lease } = held
  if (lease.lost.aborted) return new LeaseLost(String(lease.lost.reason))
  if (stopReason !== undefined) return new JobStopped(stopReason)
  if (error instanceof UnitFailed) return new JobFailure(error.error.code, error.message, { cause: error })
  if (!isSystemError(error)) return error
  return new JobFailure(error.code ?? 'EIO', describeFailure(error).message, { cause: error })
}
