import type { Sample } from '../core/sample.js'
import { Statistic, type StatisticSummary } from './statistic.js'

/** A bound that a recipe sets on a statistic. */
export interface Bound {
  readonly stat: string
  readonly kind: 'min' | 'max'
  readonly param: string
  readonly value: number
}

/** A filter of the recipe, with its own decision. */
export interface AnalyzedFilter {
  /** Its place in the recipe. */
  readonly index: number
  readonly name: string
  readonly params: Readonly<Record<string, unknown>>
  readonly stats: readonly string[]
  readonly bounds: readonly Bound[]
  /** Parameters that could bound a statistic, those that do among them. */
  readonly thresholds: readonly Omit<Bound, 'value'>[]
  keep(sample: Sample): boolean
}

export interface FilterSummary {
  readonly index: number
  readonly name: string
  readonly params: Readonly<Record<string, unknown>>
  readonly bounds: readonly Bound[]
  readonly thresholds: readonly Omit<Bound, 'value'>[]
  /** Samples that it would drop if it were the only filter. */
  readonly dropped_alone: number
  /** Samples that the filters before it would leave to it. */
  readonly reached: number
  /** Those of them that it would drop. */
  readonly dropped_in_order: number
  /** Samples that it can say nothing of; a run would set them aside. */
  readonly failed: number
  readonly statistics: readonly StatisticSummary[]
}

export interface AnalysisSummary {
  /** Samples that were measured. */
  readonly samples: number
  /** Samples that all filters together would keep. */
  readonly kept: number
  /** Samples that reach a filter that can say nothing of them; a run would set them aside. */
  readonly not_judged: number
  /** What each filter of the recipe would do. */
  readonly filters: readonly FilterSummary[]
}

interface Tally {
  droppedAlone: number
  reached: number
  droppedInOrder: number
  failed: number
}

/** Adds up measured samples, one by one, into what a recipe's filters would make of them. */
export class Analysis {
  readonly #tallies: readonly Tally[]
  readonly #statistics = new Map<string, Statistic>()
  #samples = 0
  #kept = 0
  #notJudged = 0

  constructor(readonly filters: readonly AnalyzedFilter[]) {
    this.#tallies = filters.map(() => ({ droppedAlone: 0, reached: 0, droppedInOrder: 0, failed: 0 }))
    for (const name of filters.flatMap(({ stats }) => stats)) this.#statistics.set(name, new Statistic(name))
  }

  add(sample: Sample): void {
    this.#samples++
    let isLeft = true
    for (const [at, filter] of this.filters.entries()) {
      const tally = this.#tallies[at]
      const verdict = judge(filter, sample)
      if (isLeft) tally.reached++
      if (verdict === 'failed') {
        tally.failed++
        if (isLeft) this.#notJudged++
      }
      if (verdict === 'dropped') {
        tally.droppedAlone++
        if (isLeft) tally.droppedInOrder++
      }
      isLeft &&= verdict === 'kept'
    }
    if (isLeft) this.#kept++
    for (const statistic of this.#statistics.values()) statistic.add(sample.stats[statistic.name])
  }

  summary(): AnalysisSummary {
    const summaries = new Map([...this.#statistics].map(([name, statistic]) => [name, statistic.summary()]))
    return {
      samples: this.#samples,
      kept: this.#kept,
      not_judged: this.#notJudged,
      filters: this.filters.map(({ index, name, params, stats, bounds, thresholds }, at) => ({
        index,
        name,
        params,
        bounds,
        thresholds,
        dropped_alone: this.#tallies[at].droppedAlone,
        reached: this.#tallies[at].reached,
        dropped_in_order: this.#tallies[at].droppedInOrder,
        failed: this.#tallies[at].failed,
        statistics: filledOf(stats.flatMap(stat => summaries.get(stat) ?? [])),
      })),
    }
  }
}

function judge(filter: AnalyzedFilter, sample: Sample): 'kept' | 'dropped' | 'failed' {
  try {
    return filter.keep(sample) ? 'kept' : 'dropped'
  } catch {
    // A run sets such a sample aside and goes on; here it is counted.
    return 'failed'
  }
}

/** Of the statistics that a filter has by turns, those that it measured. */
function filledOf(statistics: readonly StatisticSummary[]): readonly StatisticSummary[] {
  const filled = statistics.filter(({ count }) => count > 0)
  return filled.length > 0 ? filled : statistics
}
