import { spawnSync } from 'node:child_process'

/** What random points are drawn from: PAWL_CRASH_SEED, else the commit, so that ten commits try ten sets of points. */
export const crashSeed = Number(process.env['PAWL_CRASH_SEED'] ?? seedOfCommit())

function seedOfCommit(): number {
  const { stdout } = spawnSync('git', ['rev-parse', '--short=6', 'HEAD'], { encoding: 'utf8' })
  const hash = Number.parseInt((stdout ?? '').trim(), 16)
  return Number.isNaN(hash) ? 1 : hash % 10_000
}
