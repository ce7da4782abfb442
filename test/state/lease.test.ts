import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Lease, type LeaseTiming } from '../../src/state/lease.js'
import { identityOf } from '../../src/util/process-identity.js'
import { newWriter } from '../../src/util/staging.js'

const timing: LeaseTiming = { beatMs: 20, expiryMs: 200 }

let folder: string
const held: Lease[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pawl-lease-'))
})
afterEach(() => {
  for (const lease of held.splice(0)) lease.release()
  rmSync(folder, { recursive: true, force: true })
})

async function claim(above = 0): Promise<Lease | undefined> {
  const claimed = await Lease.claim({ folder, name: 'coordinator', writer: newWriter(), timing, above })
  if (claimed.kind === 'held') return undefined
  held.push(claimed.lease)
  return claimed.lease
}

async function mustClaim(): Promise<Lease> {
  const lease = await claim()
  if (lease === undefined) throw new Error('the lease was refused')
  return lease
}

/** A lease file as another process left it. */
function leave(fence: number, change: Readonly<Record<string, unknown>>): void {
  const note = { ...identityOf(process.pid), state: 'held', beat: '000000000000', ...change }
  writeFileSync(join(folder, `coordinator.${fence}`), `${JSON.stringify(note).padEnd(511)}\n`)
}

const lost = (lease: Lease) =>
  new Promise<string>(done => lease.lost.addEventListener('abort', () => done(String(lease.lost.reason))))

describe('a lease', () => {
  it('is one process’s at a time, and refused while its holder gives signs of life', async () => {
    const first = await mustClaim()
    expect(await claim()).toBeUndefined()
    first.release()
    expect((await mustClaim()).fence).toBe(first.fence + 1)
  })

  it('never uses a number again: the last ones stay when they are let go', async () => {
    for (let fence = 1; fence <= 12; fence++) {
      const lease = await mustClaim()
      expect(lease.fence).toBe(fence)
      lease.release()
      const kept = Array.from({ length: Math.min(fence, 8) }, (_, n) => `coordinator.${fence - n}`)
      expect(readdirSync(folder).sort()).toEqual(kept.sort())
    }
    rmSync(join(folder, 'coordinator.12'))
    expect((await claim(12))?.fence).toBe(13)
  })

  it('of a process that ended in this boot and namespace is free at once', async () => {
    leave(7, { pid: 2 ** 22 - 1, started: '1' })
    const started = performance.now()
    expect((await mustClaim()).fence).toBe(8)
    expect(performance.now() - started).toBeLessThan(timing.expiryMs)
  })

  it.each([
    ['another process-id namespace', { namespace: 'pid:[1]' }],
    ['another boot, as on another host', { boot: 'elsewhere', host: 'other' }],
    ['this host, stopped', {}],
  ])('of a process of %s is watched for as long as it takes to expire, by this host’s own clock', async (_, change) => {
    leave(1, change)
    const started = performance.now()
    expect((await mustClaim()).fence).toBe(2)
    expect(performance.now() - started).toBeGreaterThanOrEqual(timing.expiryMs - 5)
  })

  it('whose file holds no sense is watched all the same', async () => {
    writeFileSync(join(folder, 'coordinator.4'), Buffer.alloc(100, 0xff))
    expect((await mustClaim()).fence).toBe(5)
  })

  it('of a holder elsewhere whose file changes is not taken, however far its clock is off', async () => {
    leave(1, { boot: 'elsewhere' })
    let beat = 0
    const beating = setInterval(() => leave(1, { boot: 'elsewhere', beat: String(beat++).padStart(12, '0') }), 30)
    try {
      expect(await claim()).toBeUndefined()
    } finally {
      clearInterval(beating)
    }
  })

  it('is lost when its file is removed, overwritten, or a higher number appears', async () => {
    for (const harm of [
      (lease: Lease) => rmSync(lease.path),
      (lease: Lease) => writeFileSync(lease.path, 'mine now'),
      (lease: Lease) => leave(lease.fence + 1, {}),
    ]) {
      for (const name of readdirSync(folder)) rmSync(join(folder, name))
      const lease = await mustClaim()
      const told = lost(lease)
      harm(lease)
      expect(() => lease.check()).toThrow('the lease coordinator was lost')
      expect(await told).toContain('the lease coordinator was lost')
    }
  })

  it('is not let go by a holder that lost it', async () => {
    const lease = await mustClaim()
    leave(lease.fence + 1, { beat: 'theirs' })
    const before = readFileSync(join(folder, `coordinator.${lease.fence + 1}`), 'utf8')
    lease.release()
    expect(readFileSync(join(folder, `coordinator.${lease.fence + 1}`), 'utf8')).toBe(before)
  })

  it('is granted to one of many that claim it at the same time', async () => {
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim()))
    expect(claims.filter(lease => lease !== undefined)).toHaveLength(1)
  })
})
