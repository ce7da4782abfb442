import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { provision } from '../provision.js'
import { randomFrom } from './dataset.js'
import { buildMutant, expectLines, type Mutant } from './mutant.js'
import { layOutState, record } from './power-cut.js'
import { Rig, type Scenario, scenarios } from './rig.js'
import { crashSeed } from './seed.js'
import { type KillPoint, runKilled, type WriteStep } from './strace.js'

interface HuntedMutant extends Mutant {
  /** Looks for the defect; the first problem found, or undefined. */
  hunt(rig: Rig): Promise<string | undefined>
}

const strace = provision('strace')

/** Kills a job at some calls of a kind, of all or of those on one path, and looks at what the next run makes of each. */
async function huntByKills(rig: Rig, points: readonly KillPoint[]): Promise<string | undefined> {
  for (const point of points) {
    rig.reset()
    await runKilled(rig, point)
    const [problem] = rig.verdict(await rig.run(), 100)
    if (problem !== undefined) return `killed at ${point.step} ${point.when}: ${problem}`
  }
  return undefined
}

const at = (step: WriteStep, ...whens: readonly number[]): KillPoint[] => whens.map(when => ({ step, when }))

async function huntByPowerCuts(rig: Rig): Promise<string | undefined> {
  rig.reset()
  const recording = await record(rig)
  const random = randomFrom(9)
  for (let state = 0; state < 10; state++) {
    layOutState(rig, recording, { at: Math.floor(recording.length * (0.3 + 0.06 * state)), random })
    const [problem] = rig.verdict(await rig.run(), 100)
    if (problem !== undefined) return `after a power cut: ${problem}`
  }
  return undefined
}

/** Edits one committed checkpoint of a job that is then gone on with under a changed recipe. */
async function huntByDamage(rig: Rig): Promise<string | undefined> {
  rig.reset()
  await rig.run()
  rmSync(join(rig.folder, 'out', 'result.jsonl'))
  const folder = join(rig.jobDir, 'checkpoints')
  for (const name of readdirSync(folder).filter(file => file.includes('.op2.') && file.endsWith('.jsonl'))) {
    const path = join(folder, name)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('pawl', 'claw').replace('wheel', 'whale'))
  }
  const end = await rig.run()
  if (end.code !== 0) return end.output
  return rig.readExport().equals(rig.expected.bytes) ? undefined : 'the export holds what was in the edited checkpoint'
}

const mutants: readonly HuntedMutant[] = [
  {
    name: 'the ledger vouches for a file before it has its name',
    find: /if \(!staged\.publish\(path\)\) throw new Error\(.*\);\n( +return \{ path: storedPath\(this\.job\.jobDir)/,
    replace: 'setTimeout(() => staged.publish(path), 30);\n$1',
    hunt: rig => huntByKills(rig, at('link', 3, 5, 8)),
  },
  {
    name: 'the folder of a published file is not synced',
    find: /if \(isMine\) syncFolder\(dirname\d*\(path\d*\)\);/,
    replace: '',
    hunt: huntByPowerCuts,
  },
  {
    name: 'a checkpoint is not verified when it is loaded',
    find: 'if (checksum === file.checksum)',
    replace: 'if (true)',
    hunt: huntByDamage,
  },
  {
    name: 'a retry writes under the name of the attempt before',
    find: /const attempt = randomBytes\d*\(4\)\.toString\("hex"\);/,
    replace: 'const attempt = "00000000";',
    hunt: rig => huntByKills(rig, at('unlink', 2, 5, 7)),
  },
  {
    name: 'the export is renamed without an intent on record',
    find: 'await context.ledger.commit([intent]);',
    replace: '',
    // The folder of the export is synced once it is renamed.
    hunt: rig => huntByKills(rig, [{ step: 'fsync', when: 1, path: join(rig.folder, 'out') }]),
  },
]

const small: Scenario = {
  ...scenarios['plain'],
  settings: scenarios['plain'].settings.map(setting => (setting === '24' ? '6' : setting)),
}

/** All of them in the long run; in between those that the commit draws. */
const drawn = mutants.filter((_, n) => process.env['PAWL_CRASH_POINTS'] !== undefined || n % 3 === crashSeed % 3)

describe.skipIf(!strace.isThere)('the crash rigs can fail', () => {
  it('by lines that are still there', () => {
    expectLines(mutants)
  })

  it.each(drawn.map(mutant => [mutant.name, mutant] as const))(
    'they catch it when %s',
    { timeout: 600_000 },
    async (_, mutant) => {
      const rigs = [new Rig(small), new Rig(small, buildMutant(mutant))]
      try {
        expect(await mutant.hunt(rigs[0])).toBeUndefined()
        expect(await mutant.hunt(rigs[1])).toEqual(expect.any(String))
      } finally {
        for (const rig of rigs) rig.remove()
      }
    },
  )
})
