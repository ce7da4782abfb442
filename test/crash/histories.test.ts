import { describe, expect, it } from 'vitest'
import { forEachConcurrently } from '../../src/util/pool.js'
import { type Finding, playHistory } from './histories/play.js'
import './histories/small-scale.js'
import { defaultDist } from './rig.js'
import { crashSeed } from './seed.js'

const wanted = Number(process.env['PAWL_HISTORIES'] ?? 100)

describe('a random history of edits, kills and damage', () => {
  it('ends after every step with what a new job would give, redoes what it must, and touches nothing else', {
    timeout: 7_200_000,
  }, async () => {
    const findings: Finding[] = []
    const numbers = Array.from({ length: wanted }, (_, n) => n)
    await forEachConcurrently(numbers, 2, async history => {
      const finding = await playHistory(defaultDist, crashSeed, history)
      if (finding !== undefined) findings.push(finding)
    })
    expect(findings, `seed ${crashSeed}`).toEqual([])
  })
})
