import { describe, expect, it } from 'vitest'
import type { UnitOutcome } from '../../src/core/unit-result.js'
import type { WorkUnit } from '../../src/core/work-unit.js'
import { awaitOrOvertake, Pace, type UnderWay } from '../../src/execution/coordinator/scheduler/straggler.js'

const done = (partition: string) => ({ kind: 'done', result: { kind: 'digest', partition } }) as unknown as UnitOutcome
const lost: UnitOutcome = { kind: 'lost', blame: 'place', reason: 'its node is gone', progress: undefined }

/** A unit under way whose end a test decides on. */
function underWay(attempt: string) {
  let settle = (_: UnitOutcome): void => {}
  const outcome = new Promise<UnitOutcome>(resolve => {
    settle = resolve
  })
  const unit = { kind: 'segment', attempt } as WorkUnit
  const one: UnderWay & { isStopped?: boolean } = {
    ...{ unit, outcome },
    stop() {
      one.isStopped = true
      settle({ kind: 'stopped' })
    },
  }
  return { one, settle: (end: UnitOutcome) => settle(end) }
}

/** Two attempts that are both under way. */
async function twins() {
  const [a, b] = [underWay('a'), underWay('b')]
  process.env['PAWL_STRAGGLER_MS'] = '40'
  let hasBegun = (): void => {}
  const began = new Promise<void>(resolve => {
    hasBegun = resolve
  })
  const settled = awaitOrOvertake(
    a.one,
    () => true,
    () => {
      hasBegun()
      return b.one
    },
  )
  await began
  delete process.env['PAWL_STRAGGLER_MS']
  return { a, b, settled }
}

describe('a unit that takes long', () => {
  it('is late once it takes twice what the longest of three others took, and no less than the least', () => {
    process.env['PAWL_STRAGGLER_MS'] = '1000'
    const pace = new Pace()
    for (const ms of [3_000, 500]) pace.note('segment', ms)
    expect(pace.isLate('segment', 1e9)).toBe(false)
    pace.note('segment', 700)
    expect([5_999, 6_001].map(ms => pace.isLate('segment', ms))).toEqual([false, true])
    for (let n = 0; n < 3; n++) pace.note('digest', 10)
    expect([999, 1_001].map(ms => pace.isLate('digest', ms))).toEqual([false, true])
    expect(pace.isLate('compare', 1e9)).toBe(false)
    delete process.env['PAWL_STRAGGLER_MS']
  })

  it('is waited for where there is no place for another attempt', async () => {
    const a = underWay('a')
    process.env['PAWL_STRAGGLER_MS'] = '40'
    let asked = 0
    const settled = awaitOrOvertake(
      a.one,
      () => true,
      () => {
        if (++asked === 3) a.settle(done('p'))
        return undefined
      },
    )
    expect(await settled).toMatchObject({ outcome: { kind: 'done' }, unit: { attempt: 'a' } })
    delete process.env['PAWL_STRAGGLER_MS']
  })

  it.each(['a', 'b'] as const)(
    'counts by the attempt that is done first (%s); the other is ended and cleared away',
    async name => {
      const { a, b, settled } = await twins()
      const [winner, loser] = name === 'a' ? [a, b] : [b, a]
      winner.settle(done('p'))
      const { unit, overtaken, outcome } = await settled
      expect([unit.attempt, overtaken?.attempt, outcome.kind]).toEqual([
        winner.one.unit.attempt,
        loser.one.unit.attempt,
        'done',
      ])
      expect(loser.one.isStopped).toBe(true)
    },
  )

  it('of which one attempt is lost is waited for at the other; where both are, it is lost', async () => {
    const first = await twins()
    first.a.settle(lost)
    first.b.settle(done('p'))
    expect(await first.settled).toMatchObject({
      outcome: { kind: 'done' },
      unit: { attempt: 'b' },
      overtaken: { attempt: 'a' },
    })
    const second = await twins()
    second.b.settle(lost)
    second.a.settle(lost)
    expect(await second.settled).toMatchObject({
      ...{ outcome: { kind: 'lost' }, unit: { attempt: 'a' }, overtaken: { attempt: 'b' } },
    })
  })
})
