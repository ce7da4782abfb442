import type { ValueSketch } from './value-sketch.js'

/** Bins from `from` to `to`, equal on their scale; the few values far outside are counted at both ends instead of flattening the rest. */
export interface Histogram {
  readonly from: number
  readonly to: number
  /** `log` where the values reach over orders of magnitude. */
  readonly scale?: 'log'
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

/** Where a bin begins; behind the last one, where that ends. */
export function edgeOf({ from, to, scale, counts }: Histogram, index: number): number {
  const share = index / counts.length
  return scale === 'log' ? from * (to / from) ** share : from + (to - from) * share
}

/** Where a value lies between the ends of a histogram, from 0 to 1. */
export function shareOf({ from, to, scale }: Histogram, value: number): number {
  if (to === from) return 0.5
  return scale === 'log' ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from)
}

/** How much further the upper half reaches than the lower before a linear scale shows nothing. */
const skewed = 8

/** True where most values would crowd into the first bins of a linear scale. */
function wantsLog({ sketch, min }: HistogramInput): boolean {
  if (min <= 0) return false
  const [low, middle, high] = [0.05, 0.5, 0.95].map(share => sketch.quantile(share))
  return high / low > 20 && high - middle > skewed * (middle - low)
}

/** Bins that are equal in the logarithm, over all values. */
function makeLogHistogram({ sketch, count, min, max }: HistogramInput): Histogram {
  const [from, to] = [min, max]
  const edgeAt = (index: number) => from * (to / from) ** (index / bins)
  const edges = Array.from({ length: bins }, (_, index) => (index === 0 ? 0 : sketch.countBelow(edgeAt(index))))
  const counts = edges.map((rank, index) => Math.max(0, (edges[index + 1] ?? count) - rank))
  return { from, to, scale: 'log', counts, below: 0, above: 0 }
}

export function makeHistogram(input: HistogramInput): Histogram {
  if (wantsLog(input)) return makeLogHistogram(input)
  const { sketch, count, min, max, isInteger } = input
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
