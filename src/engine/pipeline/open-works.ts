import { blocksOf } from '../../execution/coordinator/scheduler/blocks.js'
import { recallDecisions } from './decisions.js'
import type { PipelineContext } from './pipeline-context.js'
import { SourceWork } from './source-work.js'
import { SpoolBound } from './spool-bound.js'

/** What is left to be done of a pipeline. */
export interface OpenWorks {
  /** Sources that are not complete; all of them where a barrier has to decide over all. */
  readonly works: readonly SourceWork[]
  readonly total: number
  /** How many are complete. */
  readonly complete: number
}

/**
 * Looks which sources are complete. Nothing is kept of those: there may be millions, and what is known of them stands on
 * record.
 */
export function openWorks(context: PipelineContext): OpenWorks {
  const { pinned, pipeline } = context
  const total = pinned.sources.length
  const open: SourceWork[] = []
  if (pipeline.barriers.length === 0) {
    for (const work of eachWork(context)) if (!work.isDone()) open.push(work)
    return { works: open, total, complete: total - open.length }
  }
  const works = [...eachWork(context)]
  recallDecisions(context, works)
  const complete = works.filter(work => work.isDone()).length
  return { works: complete === total ? [] : works, total, complete }
}

function* eachWork(context: PipelineContext): Generator<SourceWork> {
  const { sources } = context.pinned
  const bound = new SpoolBound(context.spoolBytes)
  const alike = { kind: 'plain', estimatedBytes: 1 } as const
  const blocks = blocksOf(new Array<typeof alike>(sources.length).fill(alike))
  let index = 0
  for (const source of sources) yield new SourceWork(context, source, { block: String(blocks[index++]), bound })
}
