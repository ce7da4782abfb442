import { describe, expect, it } from 'vitest'
import { Watchdog } from '../../src/execution/local/watchdog.js'

/** A watchdog that is asked four times a second, and after how many seconds it barks. */
function secondsToBark(watchdog: Watchdog, from: number): number {
  for (let seconds = 0.25; seconds < 1000; seconds += 0.25)
    if (watchdog.tick(from + seconds * 1000) !== undefined) return seconds
  return Number.POSITIVE_INFINITY
}

function started(stallMs: number): { watchdog: Watchdog; now: number } {
  const watchdog = new Watchdog(stallMs, 250)
  const now = performance.now()
  watchdog.tick(now)
  return { watchdog, now }
}

describe('a watchdog', () => {
  it('notices a worker that falls silent', () => {
    const { watchdog, now } = started(2000)
    watchdog.note()
    expect(secondsToBark(watchdog, now)).toBeCloseTo(2, 0)
  })

  it('lets a worker start in peace', () => {
    const { watchdog, now } = started(2000)
    expect(secondsToBark(watchdog, now)).toBeCloseTo(60, 0)
  })

  it('does not take a suspended job for stuck workers', () => {
    const { watchdog, now } = started(2000)
    watchdog.note()
    const hour = 3_600_000
    expect(watchdog.tick(now + hour)).toBeUndefined()
    expect(secondsToBark(watchdog, now + hour)).toBeGreaterThan(1)
  })
})
