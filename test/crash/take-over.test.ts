import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { oneOf } from '../drawn.js'
import { provision } from '../provision.js'
import { Rig, type RunEnd, type Scenario, scenarios } from './rig.js'

const rigs: Rig[] = []
afterAll(() => {
  for (const rig of rigs) rig.remove()
})

const strace = provision('strace')
const lease = { PAWL_LEASE_BEAT_MS: '50', PAWL_LEASE_EXPIRY_MS: '600' }
const stopSeconds = 4

/** Where a coordinator is to fall asleep: at the `when`-th call of a kind on the export's name, before or after it takes effect. */
interface Sleep {
  readonly call: string
  readonly when: number
  readonly side: 'enter' | 'exit'
}

async function startAsleep(
  rig: Rig,
  target: string,
  { call, when, side }: Sleep,
): Promise<{ ended: Promise<RunEnd>; isAsleep: Promise<boolean> }> {
  const log = join(rig.folder, 'stopped.log')
  const inject = `inject=${call}:delay_${side}=${stopSeconds}s:when=${when}`
  const { ended } = rig.start(['strace', '-f', '-o', log, '-P', target, '-e', `trace=${call}`, '-e', inject], lease)
  const isAsleep = new Promise<boolean>(done => {
    const look = setInterval(() => {
      if (!existsSync(log) || callsIn(log, call) < when) return
      clearInterval(look)
      done(true)
    }, 10)
    void ended.then(() => {
      clearInterval(look)
      done(false)
    })
  })
  return { ended, isAsleep }
}

const callsIn = (log: string, call: string) => readFileSync(log, 'utf8').split(`${call}(`).length - 1

/** A file gets its name by link(2). A folder is renamed right after the last look that finds its name free. */
async function lastCheck(rig: Rig, target: string, isFolder: boolean): Promise<Sleep> {
  if (!isFolder) return { call: 'link', when: 1, side: 'enter' }
  const log = join(rig.folder, 'looks.log')
  await rig.run(['strace', '-f', '-o', log, '-P', target, '-e', 'trace=statx'])
  const looks = readFileSync(log, 'utf8')
    .split('\n')
    .filter(line => line.includes('ENOENT')).length
  rig.reset()
  return { call: 'statx', when: looks, side: 'exit' }
}

const shards: Scenario = {
  ...scenarios['shards'],
  settings: [...scenarios['shards'].settings, '--export_path', 'out/result'],
}

describe.skipIf(!strace.isThere)(
  'a coordinator that is stopped between its last check and the renaming of its export',
  () => {
    it.each(
      oneOf(2, [
        ['a file', scenarios['plain'], 'result.jsonl'],
        ['a folder', shards, 'result'],
      ] as const),
    )('replaces nothing when it wakes after another took over: %s', async (kind, scenario, name) => {
      const rig = new Rig(scenario)
      rigs.push(rig)
      rig.reset()
      const target = join(rig.folder, 'out', name)
      const stopped = await startAsleep(rig, target, await lastCheck(rig, target, kind === 'a folder'))
      expect(await stopped.isAsleep).toBe(true)
      const second = await rig.run([], lease)
      expect(second.output).toContain('gives no sign of life')
      expect(rig.verdict(second, 1)).toEqual([])
      const woken = await stopped.ended
      expect(woken.output).toMatch(/the lease (process-[\w-]+|export) was lost/)
      expect(woken.code).toBe(75)
      expect(rig.readExport().equals(rig.expected.bytes)).toBe(true)
      expect(readdirSync(join(rig.folder, 'out'))).toEqual([name])
      expect((await rig.run([], lease)).output).toContain('complete')
    })
  },
)
