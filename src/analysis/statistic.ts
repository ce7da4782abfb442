import type { JsonValue } from '../core/json.js'
import { type Histogram, makeHistogram } from './histogram.js'
import { ValueSketch } from './value-sketch.js'

/** Shares at which quantiles are shown. */
export const quantileShares = [0.05, 0.25, 0.5, 0.75, 0.95] as const

export interface NumberSummary {
  readonly kind: 'numbers'
  readonly name: string
  readonly count: number
  /** Samples without this statistic, or with something else than a number there. */
  readonly missing: number
  readonly mean: number
  /** Of the population, not of a sample of it. */
  readonly std: number
  readonly min: number
  readonly max: number
  readonly quantiles: Readonly<Record<string, number>>
  readonly quantiles_are_exact: boolean
  readonly histogram: Histogram
  readonly is_integer: boolean
  /** Values at equal steps of rank, from the least to the largest: what share lies below any value can be read off it. */
  readonly curve: readonly number[]
}

export interface ValueSummary {
  readonly kind: 'values'
  readonly name: string
  readonly count: number
  readonly missing: number
  /** The most frequent values and how often they occur. */
  readonly most_frequent: readonly { readonly value: string; readonly count: number }[]
  readonly others: number
}

export type StatisticSummary = NumberSummary | ValueSummary

/** Steps of a curve: it is right to a quarter of a percent of the samples. */
const curveSteps = 400

const distinctValues = 1000
const shownValues = 12
const longestValue = 60

/** Collects one statistic over all samples, in bounded memory. */
export class Statistic {
  #sketch: ValueSketch
  #count = 0
  #mean = 0
  #squares = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #isInteger = true
  #missing = 0
  #values = new Map<string, number>()
  #valueCount = 0

  constructor(
    readonly name: string,
    exactValues?: number,
  ) {
    this.#sketch = new ValueSketch(exactValues)
  }

  add(value: JsonValue | undefined): void {
    // Of a sample with several images, each has its own.
    if (isNumbers(value)) {
      if (value.length === 0) this.#missing++
      for (const one of value) this.add(one)
    } else if (typeof value === 'number' && Number.isFinite(value)) this.#addNumber(value)
    else if (value === undefined || value === null || typeof value === 'number') this.#missing++
    else this.#addValue(typeof value === 'string' ? value : JSON.stringify(value))
  }

  summary(): StatisticSummary {
    const { name } = this
    if (this.#count === 0) return this.#valueSummary()
    const [count, min, max, sketch] = [this.#count, this.#min, this.#max, this.#sketch]
    const quantile = (share: number) => Math.min(max, Math.max(min, sketch.quantile(share)))
    return {
      kind: 'numbers',
      name,
      count,
      missing: this.#missing + this.#valueCount,
      mean: this.#mean,
      std: Math.sqrt(this.#squares / count),
      min,
      max,
      quantiles: Object.fromEntries(quantileShares.map(share => [String(share), quantile(share)])),
      quantiles_are_exact: sketch.isExact,
      histogram: makeHistogram({ sketch, count, min, max, isInteger: this.#isInteger }),
      is_integer: this.#isInteger,
      curve: Array.from({ length: curveSteps + 1 }, (_, step) => quantile(step / curveSteps)),
    }
  }

  /** Welford's recurrence: large sums of squares lose no digits. */
  #addNumber(value: number): void {
    this.#count++
    const distance = value - this.#mean
    this.#mean += distance / this.#count
    this.#squares += distance * (value - this.#mean)
    this.#min = Math.min(this.#min, value)
    this.#max = Math.max(this.#max, value)
    this.#isInteger &&= Number.isInteger(value)
    this.#sketch.add(value)
  }

  #addValue(value: string): void {
    this.#valueCount++
    const key = value.length > longestValue ? `${value.slice(0, longestValue)}…` : value
    const before = this.#values.get(key)
    if (before !== undefined || this.#values.size < distinctValues) this.#values.set(key, (before ?? 0) + 1)
  }

  #valueSummary(): ValueSummary {
    const sorted = [...this.#values].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, shownValues)
    const shown = sorted.reduce((sum, [, count]) => sum + count, 0)
    return {
      kind: 'values',
      name: this.name,
      count: this.#valueCount,
      missing: this.#missing,
      most_frequent: sorted.map(([value, count]) => ({ value, count })),
      others: this.#valueCount - shown,
    }
  }
}

function isNumbers(value: JsonValue | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every(one => typeof one === 'number')
}
