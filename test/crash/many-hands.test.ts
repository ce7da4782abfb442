import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { randomFrom } from './dataset.js'
import { checkHistory } from './history-checker.js'
import { Rig, type RunEnd, scenarios } from './rig.js'
import { crashSeed } from './seed.js'

const isLong = process.env['PAWL_CRASH_POINTS'] !== undefined
/** Kills and stops in all. */
const pointsWanted = isLong ? Number(process.env['PAWL_HANDS_POINTS'] ?? 2_000) : 40
const steps = { coordinator: 220, worker: 60 } as const
/** Longer than a lease takes to expire. */
const sleepMs = 1_500

const killAt = resolve('test/crash/kill-at.mjs')
const lease = { PAWL_LEASE_BEAT_MS: '50', PAWL_LEASE_EXPIRY_MS: '800' }

const rigs: Rig[] = []
afterAll(() => {
  for (const rig of rigs) rig.remove()
})

/** What is done to one of several processes. */
interface Fate {
  readonly text: string
  readonly env: Readonly<Record<string, string>>
  readonly isStopped: boolean
}

function drawFate(random: () => number): Fate {
  const draw = (most: number) => 1 + Math.floor(random() * most)
  const role = random() < 0.25 ? 'worker' : 'coordinator'
  const at = `${role}:${draw(steps[role])}`
  const loses: Record<string, string> = random() < 0.3 ? { PAWL_LOSE: `${draw(4)}${random() < 0.2 ? ':EIO' : ''}` } : {}
  const late: Record<string, string> = random() < 0.5 ? { PAWL_LATE: String(100 * draw(4)) } : {}
  const lies = { ...loses, ...late }
  const text = Object.entries(lies)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('')
  const kind = random()
  if (kind < 0.5) return { text: `killed at ${at}${text}`, env: { PAWL_KILL_AT: at, ...lies }, isStopped: false }
  if (kind < 0.8 && role === 'coordinator') {
    const side = random() < 0.5 ? ':after' : ''
    return { text: `stopped at ${at}${side}${text}`, env: { PAWL_STOP_AT: `${at}${side}`, ...lies }, isStopped: true }
  }
  return { text: `left alone${text}`, env: lies, isStopped: false }
}

/** Runs one process to its end; one that is stopped is woken once its lease has expired. */
async function runFate(rig: Rig, { env, isStopped }: Fate): Promise<RunEnd> {
  const { child, ended } = rig.start([], { ...lease, ...env, NODE_OPTIONS: `--import=${killAt}` })
  if (!isStopped) return ended
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  while (!isOver) {
    await delay(sleepMs)
    if (!isOver) child.kill('SIGCONT')
  }
  return ended
}

/** The codes with which a process may end that nobody killed: done, stopped by a worker's loss, left to others. */
const orderly = new Set([0, 1, 75])

describe('several processes on one job, each of them killed or stopped anywhere', () => {
  it('end with the bytes of one that was never interrupted', { timeout: 14_400_000 }, async () => {
    const random = randomFrom(crashSeed + 17)
    const names = isLong ? ['plain', 'barrier', 'cleanup', 'gzipInput', 'shards'] : ['barrier', 'cleanup']
    let points = 0
    for (let round = 0; points < pointsWanted; round++) {
      const rig = new Rig(scenarios[names[(round + crashSeed) % names.length]])
      rigs.push(rig)
      rig.reset()
      const told: string[] = []
      let kills = 0
      for (let wave = 0; wave < 2; wave++) {
        const fates = Array.from({ length: 1 + Math.floor(random() * 4) }, () => drawFate(random))
        told.push(fates.map(({ text }) => text).join(' | '))
        const ends = await Promise.all(fates.map(fate => runFate(rig, fate)))
        for (const end of ends)
          if (end.signal === null && !orderly.has(end.code ?? -1))
            expect(end.output, `${rig.scenario.name}: ${told.join(' ; ')}`).toBe('')
        kills += fates.length
        points += fates.filter(({ text }) => !text.startsWith('left alone')).length
      }
      const end = await rig.run([], lease)
      const what = `${rig.scenario.name}: ${told.join(' ; ')}`
      expect([end.code, end.code === 0 ? '' : end.output], what).toEqual([0, ''])
      expect(rig.readExport().equals(rig.expected.bytes), `${what}: the export differs`).toBe(true)
      expect(rig.quarantined(), what).toBe(rig.expected.setAside)
      expect(checkHistory(rig), what).toEqual([])
      const beside = readdirSync(join(rig.folder, 'out')).filter(name => !name.startsWith('result'))
      expect(beside, what).toEqual([])
      expect(kills).toBeGreaterThan(0)
      rig.remove()
    }
  })
})
