import type { Sample } from '../core/sample.js'
import type { FilterSummary } from './analysis.js'

/** A text with what a statistic measured on it. */
export interface TextAt {
  readonly value: number
  readonly text: string
}

const places = 40
const longestText = 280

/** The nearest texts on both sides of one value. */
interface Place {
  readonly at: number
  below: TextAt | undefined
  above: TextAt | undefined
}

/** Picks texts along the range of each statistic, at equal steps of rank and at the bounds: the nearest on both sides. */
export class TextCollector {
  readonly #places = new Map<string, readonly Place[]>()

  constructor(filters: readonly FilterSummary[]) {
    for (const { statistics, bounds } of filters) {
      for (const statistic of statistics) {
        if (statistic.kind !== 'numbers') continue
        const { curve, name } = statistic
        const steps = Array.from(
          { length: places + 1 },
          (_, step) => curve[Math.round((step / places) * (curve.length - 1))],
        )
        const own = bounds.filter(({ stat }) => stat === name).map(({ value }) => value)
        const known = this.#places.get(name)?.map(({ at }) => at) ?? []
        const all = [...new Set([...known, ...steps, ...own])].sort((a, b) => a - b)
        this.#places.set(
          name,
          all.map(at => ({ at, below: undefined, above: undefined })),
        )
      }
    }
  }

  add(sample: Sample, textKey: string): void {
    const { stats } = sample
    for (const [name, placesOf] of this.#places) {
      const value = stats[name]
      if (typeof value !== 'number') continue
      for (const place of placesOf) {
        if (value < place.at && (place.below === undefined || value > place.below.value))
          place.below = { value, text: textOf(sample, textKey) }
        if (value >= place.at && (place.above === undefined || value < place.above.value))
          place.above = { value, text: textOf(sample, textKey) }
      }
    }
  }

  /** Of each statistic, by its name: texts in the order of their values, one a value. */
  texts(): ReadonlyMap<string, readonly TextAt[]> {
    return new Map(
      [...this.#places].map(([name, placesOf]) => {
        const found = new Map<number, TextAt>()
        for (const { below, above } of placesOf)
          for (const one of [below, above]) if (one !== undefined && !found.has(one.value)) found.set(one.value, one)
        return [name, [...found.values()].sort((a, b) => a.value - b.value)] as const
      }),
    )
  }
}

function textOf(sample: Sample, textKey: string): string {
  const value = sample.get(textKey)
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null)
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}
