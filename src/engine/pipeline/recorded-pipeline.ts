import type { PipelineSpec } from '../../core/pipeline-spec.js'
import { namesOfLive } from '../../pipeline/run/load-stages.js'
import type { BarrierPlan, PipelinePlan } from './plan-pipeline.js'

/** What is on record of a pipeline, for people and for other processes that differ. */
export interface RecordedPipeline {
  readonly name: string
  readonly stages: readonly string[]
  readonly links: readonly string[]
  readonly folders: readonly string[]
  readonly cwd: string
  readonly argv: readonly string[]
  /** How its stages are found again; absent where an earlier version ran it. */
  readonly spec?: PipelineSpec
  readonly barriers?: readonly BarrierPlan[]
  /** What each of a source's counts is of. */
  readonly counted?: readonly string[]
}

export function describePipeline({
  name,
  stages,
  links,
  outputs,
  spec,
  barriers,
  ranges,
}: PipelinePlan): RecordedPipeline {
  const folders = outputs.map(({ folder }) => folder)
  return {
    name,
    stages: stages.map(stage => stage.name),
    links,
    folders,
    cwd: process.cwd(),
    argv: process.argv.slice(1),
    spec,
    barriers,
    counted: ranges.flatMap(({ from, to, applies }) =>
      namesOfLive(spec, { from: applies === undefined ? from : from + 1, to }),
    ),
  }
}

/** What of a pipeline differs from the one that others run. */
export function differenceOf(theirs: RecordedPipeline, ours: RecordedPipeline): string {
  const changes: string[] = []
  if (theirs.name !== ours.name) changes.push(`it is named ${theirs.name}`)
  if (theirs.stages.join() !== ours.stages.join()) changes.push(`its stages are ${theirs.stages.join(', ')}`)
  else
    for (const [index, link] of ours.links.entries())
      if (theirs.links[index] !== link) changes.push(`stage ${ours.stages[index]} has other options or code`)
  if (theirs.folders.join() !== ours.folders.join()) changes.push(`it writes to ${theirs.folders.join(', ')}`)
  return changes.join('; ') || 'versions of Pawl, of Node or of its libraries differ, or workers of single stages do'
}
