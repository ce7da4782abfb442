import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { provision } from '../provision.js'
import { randomFrom } from './dataset.js'
import { Rig, scenarios } from './rig.js'
import { crashSeed } from './seed.js'

const isLong = process.env['PAWL_CRASH_POINTS'] !== undefined
const cutsWanted = isLong ? 200 : 4
/** About how many steps that change the disk a run of the rig takes. */
const steps = { coordinator: 260, worker: 60 } as const

const loop = provision('loop')
const killAt = resolve('test/crash/kill-at.mjs')

const sh = (command: string, ...args: string[]) => {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}

/** A small disk in a file, on which a rig has its job directory and its export. It writes names and data when it is told to, and not before. */
class Disk {
  readonly image: string
  readonly mount: string

  constructor(readonly rig: Rig) {
    this.image = join(rig.folder, 'disk.img')
    this.mount = join(rig.folder, 'disk')
    sh('truncate', '-s', '48M', this.image)
    mkdirSync(this.mount)
    for (const name of ['jobs', 'out']) symlinkSync(join('disk', name), join(rig.folder, name))
  }

  /** An empty disk. */
  async begin(): Promise<void> {
    await this.end()
    sh('mkfs.ext4', '-q', '-F', this.image)
    this.plugIn()
    for (const name of ['jobs', 'out']) mkdirSync(join(this.mount, name))
    sh('sync', '-f', this.mount)
  }

  plugIn(): void {
    sh('mount', '-o', 'loop,noauto_da_alloc,commit=1', this.image, this.mount)
  }

  /** Processes that still have files open on it end by themselves once their coordinator is gone. */
  async end(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (spawnSync('mountpoint', ['-q', this.mount]).status !== 0) return
      if (spawnSync('umount', [this.mount]).status === 0) return
      await delay(50)
    }
    throw new Error(`${this.mount} stays busy`)
  }
}

describe.skipIf(!loop.isThere)('power that goes off', () => {
  it.each(isLong ? ['plain', 'barrier', 'cleanup', 'gzipInput'] : ['barrier'])(
    'costs nothing that was committed: %s',
    { timeout: 3_600_000 },
    async name => {
      const rig = new Rig(scenarios[name])
      for (const folder of ['jobs', 'out']) rmSync(join(rig.folder, folder), { recursive: true, force: true })
      const disk = new Disk(rig)
      const random = randomFrom(crashSeed)
      let cuts = 0
      try {
        for (let round = 0; cuts < cutsWanted / (isLong ? 4 : 1) && round < cutsWanted * 3; round++) {
          await disk.begin()
          const role = random() < 0.3 ? 'worker' : 'coordinator'
          const at = `${role}:${1 + Math.floor(random() * steps[role])}`
          const env = { PAWL_KILL_AT: at, PAWL_POWER_CUT: disk.mount, NODE_OPTIONS: `--import=${killAt}` }
          const cut = await rig.run([], env)
          if (cut.code === 0) continue
          cuts++
          await disk.end()
          disk.plugIn()
          const end = await rig.run()
          expect([at, end.code, end.code === 0 ? '' : end.output]).toEqual([at, 0, ''])
          expect(rig.readExport().equals(rig.expected.bytes), `${at}: the export differs`).toBe(true)
          expect(rig.quarantined(), at).toBe(rig.expected.setAside)
        }
      } finally {
        await disk.end()
        rig.remove()
      }
      expect(cuts).toBeGreaterThanOrEqual(isLong ? cutsWanted / 4 : cutsWanted)
    },
  )
})
