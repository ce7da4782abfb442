import type { RecordedPipeline } from '../engine/pipeline/recorded-pipeline.js'

/** Stages that were run as one and counted as one, by their places; mostly one alone. */
interface StageGroup {
  readonly first: number
  readonly count: number
}

/** Which stages each count of a source is of, in the order of the counts; barriers have none. */
export function groupsOf({
  stages,
  counted = [],
  barriers = [],
}: Pick<RecordedPipeline, 'stages' | 'counted' | 'barriers'>): readonly StageGroup[] {
  const decided = new Set(barriers.map(({ stage }) => stage))
  let at = 0
  return counted.map(name => {
    while (decided.has(at)) at++
    const first = at
    const lengths = stages.slice(first).map((_, index) => index + 1)
    const count = lengths.find(length => stages.slice(first, first + length).join(' + ') === name) ?? 1
    at += count
    return { first, count }
  })
}
