import { afterAll, describe, expect, it } from 'vitest'
import { oneOf } from '../drawn.js'
import { provision } from '../provision.js'
import { randomFrom } from './dataset.js'
import { layOutState, record } from './power-cut.js'
import { Rig, scenarios } from './rig.js'
import { crashSeed } from './seed.js'

const statesWanted = Math.ceil(Number(process.env['PAWL_CRASH_POINTS'] ?? 9) / 3)

const rigs: Rig[] = []
afterAll(() => {
  for (const rig of rigs) rig.remove()
})

const strace = provision('strace')

describe.skipIf(!strace.isThere)('a job whose machine loses power', () => {
  it.each(oneOf(2, ['plain', 'barrier']))(
    'resumes from whatever reached the disk: %s',
    { timeout: 3_600_000 },
    async name => {
      const rig = new Rig(scenarios[name])
      rigs.push(rig)
      rig.reset()
      const recording = await record(rig)
      const random = randomFrom(crashSeed)
      for (let state = 0; state < statesWanted; state++) {
        const at = Math.floor(((state + random()) / statesWanted) * recording.length)
        layOutState(rig, recording, { at, random })
        expect(rig.verdict(await rig.run(), 1), `power cut at ${at} of ${recording.length}`).toEqual([])
      }
    },
  )
})
