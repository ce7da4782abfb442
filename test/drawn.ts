import { it, type TestOptions } from 'vitest'
import { crashSeed } from './crash/seed.js'

/** All is run by `npm run crash`; else what the commit draws, so that the whole fits in the time of a continuous integration. */
export const runsAll = process.env['PAWL_CRASH_POINTS'] !== undefined

/** One of so many of a list, at least one, others for each commit. */
export function oneOf<T>(share: number, list: readonly T[], at = 0): T[] {
  const every = Math.min(share, list.length)
  return list.filter((_, n) => runsAll || (n + at + crashSeed) % every === 0)
}

type Body = () => Promise<void> | void

interface Drawn {
  (name: string, body: Body, timeoutMs?: number): void
  (name: string, options: TestOptions, body: Body): void
}

/** As `it`, for tests of which the commit draws one of so many: of any `share` in a row, one. */
export function drawing(share: number): Drawn {
  let at = crashSeed
  return (name: string, ...rest: [Body, number?] | [TestOptions, Body]) => {
    if (!runsAll && at++ % share !== 0) return
    if (typeof rest[0] === 'function') it(name, rest[0], rest[1] as number | undefined)
    else it(name, rest[0], rest[1] as Body)
  }
}
