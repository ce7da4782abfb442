import { afterAll, describe, expect, it } from 'vitest'
import { provision } from '../provision.js'
import { randomFrom } from './dataset.js'
import { Rig, scenarios } from './rig.js'
import { crashSeed } from './seed.js'
import {
  countSteps,
  type Hit,
  type KillPoint,
  mostCalls,
  runKilled,
  runWorkerKilled,
  type WriteStep,
  writeSteps,
} from './strace.js'

/** Points a scenario, drawn by the commit; `npm run crash` asks for more, and for a least number of each kind. */
const isLong = process.env['PAWL_CRASH_POINTS'] !== undefined
const pointsWanted = Number(process.env['PAWL_CRASH_POINTS'] ?? 4)
/** Where in its stretch of calls each point lies. */
const drawn = randomFrom(crashSeed)()
const resumeKills = 3
const hitsWanted = 5

const rigs: Rig[] = []
afterAll(() => {
  for (const rig of rigs) rig.remove()
})

/** Some of a list, drawn by the commit. */
function drawFrom<T>(all: readonly T[], count: number): T[] {
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[(crashSeed + i * 5) % all.length])
}

/** Points of a barrier that the commit draws. */
const fewPoints = 3

/** One a commit. */
const names = ['plain', 'barrier', 'near', 'lines', 'groups']

const strace = provision('strace')

describe.skipIf(!strace.isThere)('a job killed at a write step', () => {
  it.each(isLong ? names : [names[crashSeed % names.length]])(
    'ends as if it had never been interrupted: %s',
    { timeout: 3_600_000 },
    async name => {
      const rig = new Rig(scenarios[name])
      rigs.push(rig)
      rig.reset()
      const counts = await countSteps(rig)
      const hits: Hit[] = []
      const all = [...spread(counts, pointsWanted)]
      const points = isLong || name === 'plain' || name === 'barrier' ? all : drawFrom(all, fewPoints)
      for (const point of points) {
        rig.reset()
        const { hit } = await runKilled(rig, point)
        if (hit !== undefined) hits.push(hit)
        expect(rig.verdict(await rig.run(), 1), JSON.stringify({ point, hit })).toEqual([])
      }
      for (const step of isLong ? writeSteps.filter(each => requiredSteps.includes(`worker ${each}`)) : []) {
        for (let when = 2; (tallyOf(hits)[`worker ${step}`] ?? 0) < hitsWanted && when < 60; when += 3) {
          rig.reset()
          const hit = await runWorkerKilled(rig, { step, when })
          if (hit !== undefined) hits.push(hit)
          expect(rig.verdict(await rig.run(), 0), JSON.stringify({ step, when, hit })).toEqual([])
        }
      }
      const tally = tallyOf(hits)
      console.log(
        `${name}: ${hits.length} kills, ${hits.filter(({ isMidRun }) => isMidRun).length} mid-run, ${JSON.stringify(tally)}`,
      )
      expect(hits.length).toBeGreaterThanOrEqual(Math.floor(points.length * 0.6))
      if (!isLong) return
      expect(hits.length).toBeGreaterThan(points.length * 0.9)
      expect(hits.filter(({ isMidRun }) => isMidRun).length).toBeGreaterThan(hits.length * 0.5)
      for (const step of requiredSteps) expect(tally[step], step).toBeGreaterThanOrEqual(hitsWanted)
    },
  )

  it('survives a resume that is itself killed three times', { timeout: 600_000 }, async () => {
    const rig = new Rig(scenarios['barrier'])
    rigs.push(rig)
    rig.reset()
    const counts = await countSteps(rig)
    const random = randomFrom(crashSeed)
    for (let round = 0; round < (isLong ? 4 : 1); round++) {
      rig.reset()
      for (let kill = 0; kill <= resumeKills; kill++) {
        const step = writeSteps[Math.floor(random() * writeSteps.length)]
        await runKilled(rig, { step, when: 1 + Math.floor((random() * mostCalls(counts, step)) / 2) })
      }
      expect(rig.verdict(await rig.run(), 1 + resumeKills)).toEqual([])
    }
  })
})

/** What every run of the rig must hit: each kind of step of each process that makes it more than a few times. */
const requiredSteps = [
  'coordinator rename',
  'coordinator fsync',
  'coordinator fdatasync',
  'coordinator write',
  'worker write',
  'worker fsync',
  'worker link',
  'worker unlink',
]

/**
 * Shares points out over the kinds of steps of each process, evenly along the calls of each. Those of workers get
 * half as many, as each such point kills one worker after the other.
 */
function* spread(counts: ReadonlyMap<string, number>, points: number): Generator<KillPoint> {
  const kinds = [...counts].filter(([, count]) => count > 2)
  const each = Math.ceil(points / kinds.length)
  for (const [kind, most] of kinds) {
    const steps = Math.min(kind.startsWith('worker ') ? Math.ceil(each / 2) : each, most)
    const step = kind.split(' ')[1] as WriteStep
    for (let i = 0; i < steps; i++) yield { step, when: 1 + Math.floor(((i + drawn) * most) / steps) }
  }
}

function tallyOf(hits: readonly Hit[]): Record<string, number> {
  const tally: Record<string, number> = {}
  for (const { step, process } of hits) tally[`${process} ${step}`] = (tally[`${process} ${step}`] ?? 0) + 1
  return tally
}
