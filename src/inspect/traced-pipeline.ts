import type { PipelineSpec, SourceSpec } from '../core/pipeline-spec.js'
import { UsageError } from '../core/usage-error.js'
import { readPinned } from '../engine/pipeline/pinned-sources.js'
import type { BarrierPlan } from '../engine/pipeline/plan-pipeline.js'
import type { RecordedPipeline } from '../engine/pipeline/recorded-pipeline.js'
import { ownModule } from '../pipeline/parts.js'
import type { JobDirectory } from '../state/job-directory.js'
import { groupsOf } from './counted-stages.js'
import { readPipelineRecords, type SourceRecords } from './pipeline-records.js'

/** A pipeline as it was run last, whose stages can be run again one by one. */
export interface TracedPipeline {
  readonly directory: JobDirectory
  readonly spec: PipelineSpec
  readonly barriers: readonly BarrierPlan[]
  readonly sources: readonly SourceSpec[]
  /** What is committed of each source, by its id. */
  readonly records: ReadonlyMap<string, SourceRecords>
  /** Stages that a task's id grows at: operators that follow each other are run as one, and give it one id. */
  readonly starts: ReadonlySet<number>
}

/** @throws {UsageError} where the job's own files do not say what it was */
export async function openTraced(directory: JobDirectory): Promise<TracedPipeline> {
  const { sources } = await readPipelineRecords(directory)
  const recorded = directory.read<RecordedPipeline>(directory.pipeline)
  const pinned = readPinned(directory)
  if (recorded.kind !== 'read' || pinned.kind !== 'read')
    throw new UsageError(`${directory.path} changed while it was read: try again`)
  const { spec, barriers = [] } = recorded.content
  if (spec === undefined)
    throw new UsageError(
      `${directory.path} was run by an earlier version of Pawl: run the pipeline once more, then its documents can be traced`,
    )
  return {
    ...{ directory, spec, barriers, sources: [...pinned.content.sources] },
    records: new Map(sources.map(one => [one.source.id, one])),
    starts: new Set(groupsOf(recorded.content).map(({ first }) => first)),
  }
}

/** Stages that ship with Pawl and do to a document the same whatever others are in its batch; readers get none. */
const worksApart = new Set([
  'DocumentReaderStage',
  'DocumentSplitter',
  'Filter',
  'JsonlReaderStage',
  'JsonlWriter',
  'Modify',
  'OperatorStage',
  'ParquetReaderStage',
  'ParquetWriter',
  'Score',
  'ScoreFilter',
])

/**
 * Places of the stages that may look at all documents of a batch: to join them, number them or compare them; any stage may
 * that does not ship with Pawl.
 */
export function sharedStages({ spec }: Pick<TracedPipeline, 'spec'>): readonly number[] {
  return spec.stages.flatMap(({ part }, at) => (part?.module === ownModule && worksApart.has(part.name) ? [] : [at]))
}

/** How many stages are done where documents no longer need the others of their batch. */
export function sharedUntil(pipeline: Pick<TracedPipeline, 'spec'>): number {
  return (sharedStages(pipeline).at(-1) ?? -1) + 1
}
