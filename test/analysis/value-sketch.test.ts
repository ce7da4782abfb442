import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeHistogram } from '../../src/analysis/histogram.js'
import { ValueSketch } from '../../src/analysis/value-sketch.js'

const numbers = fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.integer({ min: -5, max: 5 })), {
  minLength: 1,
  maxLength: 300,
})

/** Quantile by its definition in NumPy: linear between the two neighbours. */
function naiveQuantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return low + (high - low) * (place - Math.floor(place))
}

function sketchOf(values: readonly number[], limit?: number): ValueSketch {
  const sketch = new ValueSketch(limit)
  for (const value of values) sketch.add(value)
  return sketch
}

/** Numbers that look random and are the same every time. */
function noise(count: number): number[] {
  let state = 12345
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return -Math.log(1 - state / 2147483649)
  })
}

describe('the sketch of a statistic', () => {
  it('gives exact quantiles and ranks up to its limit', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const sketch = sketchOf(values)
        expect(sketch.isExact).toBe(true)
        expect(sketch.quantile(share)).toBe(naiveQuantile(values, share))
        expect(sketch.countBelow(values[0])).toBe(values.filter(value => value < values[0]).length)
      }),
    )
  })

  it.each([
    ['in any order', (values: number[]) => values],
    ['ascending', (values: number[]) => values.sort((a, b) => a - b)],
    ['descending', (values: number[]) => values.sort((a, b) => b - a)],
  ])('stays within 0.1 % of rank beyond its limit, values %s', (_, order) => {
    const values = order(noise(100_000))
    const sketch = sketchOf(values, 1000)
    expect(sketch.isExact).toBe(false)
    for (const share of [0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1]) {
      const value = sketch.quantile(share)
      const rank = values.filter(other => other < value).length / values.length
      expect(Math.abs(rank - share)).toBeLessThanOrEqual(0.001)
      expect(Math.abs(sketch.countBelow(value) / values.length - share)).toBeLessThanOrEqual(0.001)
    }
  })

  it('keeps runs of one value apart from the rest beyond its limit', () => {
    const sketch = sketchOf([...Array<number>(5000).fill(0), ...Array<number>(5000).fill(1)], 100)
    expect([0.05, 0.25, 0.75, 0.95].map(share => sketch.quantile(share))).toEqual([0, 0, 1, 1])
    expect([0, 2].map(bound => sketch.countBelow(bound))).toEqual([0, 10_000])
    expect(Math.abs(sketch.countBelow(1) - 5000)).toBeLessThanOrEqual(10)
  })
})

describe('a histogram', () => {
  it('counts every value once', () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(10, undefined), (values, limit) => {
        const [min, max] = [Math.min(...values), Math.max(...values)]
        const isInteger = values.every(Number.isInteger)
        const { counts, below, above } = makeHistogram({
          sketch: sketchOf(values, limit),
          count: values.length,
          min,
          max,
          isInteger,
        })
        expect(counts.reduce((sum, count) => sum + count, below + above)).toBe(values.length)
        expect(counts.length).toBeLessThanOrEqual(33)
        expect(Math.min(...counts, below, above)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('gives each of a few whole numbers a bin of its own', () => {
    const values = [1, 1, 2, 4]
    const histogram = makeHistogram({ sketch: sketchOf(values), count: 4, min: 1, max: 4, isInteger: true })
    expect(histogram).toEqual({ from: 1, to: 5, counts: [2, 1, 0, 1], below: 0, above: 0 })
  })
})
