import type { ValueSketch } from './value-sketch.js'

/** Equal bins from `from` to `to`; the few values far outside are counted at both ends instead of flattening the rest. */
export interface Histogram {
  readonly from: number
  readonly to: number
  readonly counts: readonly number[]
  readonly below: number
  readonly above: number
}

export interface HistogramInput {
  readonly sketch: ValueSketch
  readonly count: number
  readonly min: number
  readonly max: number
  readonly isInteger: boolean
}

const bins = 32
/** Bins end this many interquartile ranges beyond the quartiles, and leave out no more than `tail` at each end. */
const reach = 3
const tail = 0.01

export function makeHistogram({ sketch, count, min, max, isInteger }: HistogramInput): Histogram {
  const [low, high] = [sketch.quantile(0.25), sketch.quantile(0.75)]
  const spread = (high - low) * reach
  let from = Math.max(min, Math.min(low - spread, sketch.quantile(tail)))
  let to = Math.min(max, Math.max(high + spread, sketch.quantile(1 - tail)))
  if (isInteger) from = Math.floor(from)
  const width = binWidth(from, to, isInteger)
  const total = isInteger ? Math.floor((to - from) / width) + 1 : width === 0 ? 1 : bins
  to = width === 0 ? from : from + width * total
  const ranks = Array.from({ length: total }, (_, index) => sketch.countBelow(from + width * index))
  // The last bin holds its upper edge, so that the largest value has a bin.
  const end = to >= max ? count : sketch.countBelow(to)
  const edges = [...ranks, Math.max(end, ranks[ranks.length - 1])]
  return {
    from,
    to,
    counts: ranks.map((rank, index) => Math.max(0, edges[index + 1] - rank)),
    below: ranks[0],
    above: count - edges[total],
  }
}

function binWidth(from: number, to: number, isInteger: boolean): number {
  if (to === from) return isInteger ? 1 : 0
  return isInteger ? Math.max(1, Math.ceil((to - from + 1) / bins)) : (to - from) / bins
}
