import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { randomFrom } from './dataset.js'
import { Rig, scenarios } from './rig.js'
import { crashSeed } from './seed.js'

const rigs: Rig[] = []
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.remove()
})

function makeRig(name: string): Rig {
  const rig = new Rig(scenarios[name])
  rig.reset()
  rigs.push(rig)
  return rig
}

/** Process ids of the workers of a coordinator. */
function workersOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(candidate => parentOf(candidate) === pid)
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}

const isLong = process.env['PAWL_CRASH_POINTS'] !== undefined
/** All scenarios in the long run; in between those that the commit draws. */
const names = Object.keys(scenarios).filter((_, n) => isLong || n % 5 === crashSeed % 5)

describe('a job killed at random times', () => {
  it.each(names)('ends as if it had never been interrupted: %s', async name => {
    const rig = makeRig(name)
    const undisturbed = performance.now()
    expect(rig.verdict(await rig.run(), 0)).toEqual([])
    const duration = performance.now() - undisturbed
    const random = randomFrom(crashSeed)
    for (let round = 0; round < (isLong ? 3 : 1); round++) {
      rig.reset()
      let kills = 0
      for (let attempt = 0; attempt < 3; attempt++) {
        const { child, ended } = rig.start()
        const pid = child.pid as number
        const victim = Math.floor(random() * 3)
        const timer = setTimeout(
          () => {
            const workers = workersOf(pid)
            if (victim !== 1) child.kill('SIGKILL')
            if (victim !== 0)
              for (const worker of workers.slice(0, victim === 1 ? 1 : undefined)) process.kill(worker, 'SIGKILL')
            kills++
          },
          duration * (0.15 + random() * 0.8),
        )
        await ended
        clearTimeout(timer)
      }
      expect(rig.verdict(await rig.run(), kills)).toEqual([])
    }
  })
})
