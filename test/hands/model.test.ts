import { describe, expect, it } from 'vitest'
import { explore, type Mutant } from './model.js'

const isLong = process.env['PAWL_CRASH_POINTS'] !== undefined

describe('the model of several processes', () => {
  it.each([
    { processes: 2, stops: 1, deaths: 1, damages: 1 },
    { processes: 3, stops: 1, deaths: 0, damages: 0 },
    { processes: 3, stops: 0, deaths: 1, damages: 0 },
    ...(isLong ? [{ processes: 3, stops: 1, deaths: 1, damages: 1 }] : []),
  ])('explored to its end, breaks no rule: %j', { timeout: 3_600_000 }, bounds => {
    const { states, finding } = explore(bounds)
    expect(finding).toBeUndefined()
    expect(states).toBeGreaterThan(1_000)
  })

  it.each<[Mutant, RegExp]>([
    ['no_take_away', /no longer held the right|earlier holder/],
    ['reused_numbers', /withdrawn counts again/],
    ['foreign_clock', /signs of life/],
    ['removal_without_rule', /input that nothing stands behind/],
  ])('is found out without a rule: %s', { timeout: 600_000 }, (mutant, what) => {
    const { finding } = explore({ processes: 2, stops: 1, deaths: 1, damages: 1 }, mutant)
    expect(finding?.what).toMatch(what)
    expect(finding?.way.length).toBeGreaterThan(1)
  })
})
