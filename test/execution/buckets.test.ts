import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { Rig, scenarios } from '../crash/rig.js'
import { oneOf } from '../drawn.js'

const rigs: Rig[] = []
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.remove()
})

function open(name: string): Rig {
  const rig = new Rig(scenarios[name])
  rigs.push(rig)
  rig.reset()
  return rig
}

const findings = ({ jobDir }: Rig) => {
  const folder = join(jobDir, 'checkpoints')
  return existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.findings')) : []
}

/** Starts a run and kills it once so many buckets are compared of a decision that is still to be made. */
async function killAfter(rig: Rig, buckets: number): Promise<string[]> {
  const { child, ended } = rig.start([], { PAWL_BUCKET_BYTES: '1200' })
  while (findings(rig).length < buckets && child.exitCode === null) await turn()
  child.kill('SIGKILL')
  await ended
  return findings(rig)
}

const bucketOf = (name: string) => /\.op(\d+)\.[0-9a-f]{10}\.(\d+)-of-(\d+)\.findings$/.exec(name)?.slice(1).join(':')

describe('a decision that is made in buckets', () => {
  it('is the same as one that is made at once, and leaves nothing of them', async () => {
    const rig = open('near')
    expect((await rig.run([], { PAWL_BUCKET_BYTES: '1000000' })).code).toBe(0)
    expect(rig.buckets()).toEqual([])
    expect(rig.readExport().equals(rig.expected.bytes)).toBe(true)
    rig.reset()
    expect(rig.verdict(await rig.run(), 0)).toEqual([])
    const compared = rig.buckets()
    expect(compared.length).toBeGreaterThan(10)
    expect(new Set(compared).size).toBe(compared.length)
    expect(findings(rig)).toEqual([])
  })

  it('keeps the buckets that were compared before a kill', async () => {
    const rig = open('near')
    const kept = await killAfter(rig, 12)
    expect(kept.length).toBeGreaterThanOrEqual(12)
    const before = rig.buckets().length
    expect(rig.verdict(await rig.run([], { PAWL_BUCKET_BYTES: '1200' }), 1)).toEqual([])
    const after = rig.buckets().slice(before)
    const redone = kept.filter(name => {
      const [operator, bucket, buckets] = (bucketOf(name) as string).split(':')
      return after.includes(`${operator}:${bucket}/${buckets}`)
    })
    expect(redone).toEqual([])
    expect(findings(rig)).toEqual([])
  })

  it.each(
    oneOf(3, [
      ['flipped', (bytes: Buffer) => bytes.map((byte, at) => (at === bytes.length - 3 ? byte ^ 1 : byte))],
      ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
      ['empty', () => Buffer.alloc(0)],
    ] as const),
  )('compares a bucket again whose findings are %s', async (_, damage) => {
    const rig = open('near')
    const [name] = await killAfter(rig, 3)
    const path = join(rig.jobDir, 'checkpoints', name)
    writeFileSync(path, damage(readFileSync(path)))
    const end = await rig.run([], { PAWL_BUCKET_BYTES: '1200' })
    expect([end.code, end.code === 0 ? '' : end.output]).toEqual([0, ''])
    expect(rig.readExport().equals(rig.expected.bytes)).toBe(true)
    expect(rig.countEvents('checkpoint_damaged')).toBe(1)
  })

  it('is shared by processes, which compare each bucket once', async () => {
    const rig = open('near')
    const ends = await Promise.all([rig.run(), rig.run(), rig.run()])
    expect(ends.map(({ code, output }) => (code === 0 ? '' : output))).toEqual(['', '', ''])
    const compared = rig.buckets()
    expect(compared.length).toBeGreaterThan(10)
    expect(new Set(compared).size).toBe(compared.length)
    expect(rig.readExport().equals(rig.expected.bytes)).toBe(true)
  })
})
