import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExportRecord, InputRecord, VerdictRecord } from '../../src/core/records.js'
import { noCounts } from '../../src/core/records.js'
import { Ledger } from '../../src/state/ledger.js'
import { LedgerIndex } from '../../src/state/ledger-index.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pawl-ledger-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

let writers = 0
const folder = () => root
const mirror = () => join(root, 'exports.json')

async function open(guard: () => void = () => {}): Promise<Ledger> {
  const fence = ++writers
  return Ledger.open({
    folder: root,
    mirror: mirror(),
    writer: `here-1-${String(fence).padStart(8, '0')}`,
    fence,
    version: '0',
    isAlone: true,
    guard,
  })
}

const read = () => LedgerIndex.read(root, mirror())
const segments = () =>
  readdirSync(root)
    .filter(name => name.endsWith('.segment'))
    .sort()
const input = (partition: string, digest: string): InputRecord => ({ kind: 'input', partition, stamps: ['1'], digest })
const exported = (target: string, fingerprint: string): ExportRecord => ({
  kind: 'export',
  state: 'done',
  fingerprint,
  target,
  isFolder: false,
  files: [],
  counts: noCounts,
  quarantined: 0,
})

describe('a ledger', () => {
  it('takes what all writers committed together, the latest record of a key winning', async () => {
    const first = await open()
    await first.commit([input('a', 'old'), input('b', 'kept')])
    await first.close()
    const second = await open()
    await second.commit([input('a', 'new')])
    await second.withdraw([input('b', 'kept')])
    await second.close()
    const third = await open()
    expect(third.get('input', 'a')).toMatchObject({ digest: 'new' })
    expect(third.get('input', 'b')).toBeUndefined()
    expect([...third.all('input')].map(({ partition }) => partition)).toEqual(['a'])
    await third.close()
  })

  it('withdraws with a record those of earlier attempts, which would else hold again', async () => {
    const verdict = (attempt: string): VerdictRecord => {
      const file = {
        path: `checkpoints/barrier.op1.0123456789.${attempt}.verdict`,
        rows: 1,
        sizeBytes: 4,
        checksum: attempt,
      }
      return { kind: 'verdict', fingerprint: 'f', file, slices: [] }
    }
    for (const attempt of ['00000001', '00000002']) {
      const ledger = await open()
      await ledger.commit([verdict(attempt)])
      await ledger.close()
    }
    const third = await open()
    await third.withdraw([third.get('verdict', 'f') as VerdictRecord])
    expect(third.get('verdict', 'f')).toBeUndefined()
    expect(read().get('verdict', 'f')).toBeUndefined()
    // What is made anew holds.
    await third.commit([verdict('00000003')])
    expect(read().get('verdict', 'f')).toMatchObject({ file: { checksum: '00000003' } })
    await third.close()
  })

  it('commits that come together are all there, in whatever order they are awaited', async () => {
    const ledger = await open()
    await Promise.all(Array.from({ length: 200 }, (_, n) => ledger.commit([input(`p${n}`, String(n))])))
    await ledger.close()
    expect([...read().all('input')]).toHaveLength(200)
  })

  it('puts many segments together without losing or changing a record', async () => {
    for (let n = 0; n < 12; n++) {
      const ledger = await open()
      await ledger.commit([input('shared', String(n)), input(`own ${n}`, 'x')])
      await ledger.close()
    }
    expect(segments().length).toBeLessThan(12)
    const all = [...read().all('input')]
    expect(all).toHaveLength(13)
    expect(all.find(({ partition }) => partition === 'shared')).toMatchObject({ digest: '11' })
    expect(read().writers.size).toBe(12)
  })

  it('who only looks finds what was put together while it looked', async () => {
    for (let n = 0; n < 6; n++) {
      const ledger = await open()
      await ledger.commit([input('shared', String(n)), input(`own ${n}`, 'x')])
      await ledger.close()
    }
    const before = segments()
    const index = read()
    for (let n = 6; n < 12; n++) await (await open()).close()
    expect(segments().filter(name => before.includes(name))).toEqual([])
    expect(index.get('input', 'own 3')).toMatchObject({ digest: 'x' })
    expect(index.get('input', 'shared')).toMatchObject({ digest: '5' })
    expect([...index.all('input')]).toHaveLength(7)
    index.close()
  })

  it('tells exports of one target from those of another and knows which came last', async () => {
    const ledger = await open()
    await ledger.commit([exported('/a', '1')])
    await ledger.commit([exported('/b', '2')])
    await ledger.close()
    expect(read().get('export', '/a')).toMatchObject({ fingerprint: '1' })
    expect(read().getExport()).toMatchObject({ target: '/b' })
  })

  it('still knows its exports when all segments are gone', async () => {
    const ledger = await open()
    await ledger.commit([exported('/a', '1')])
    await ledger.close()
    for (const name of segments()) rmSync(join(root, name))
    expect(read().get('export', '/a')).toMatchObject({ fingerprint: '1' })
  })

  it('does not count what a writer appends after another took over', async () => {
    const first = await open()
    await first.commit([input('a', 'before')])
    const second = await open()
    await second.commit([input('b', 'mine')])
    await first.commit([input('a', 'woken'), input('b', 'woken')])
    await first.close()
    await second.close()
    expect(read().get('input', 'a')).toMatchObject({ digest: 'before' })
    expect(read().get('input', 'b')).toMatchObject({ digest: 'mine' })
  })

  it('commits nothing once its guard objects', async () => {
    let isHeld = true
    const ledger = await open(() => {
      if (!isHeld) throw new Error('taken over')
    })
    await ledger.commit([input('a', '1')])
    isHeld = false
    await expect(ledger.commit([input('b', '1')])).rejects.toThrow('taken over')
    isHeld = true
    await expect(ledger.commit([input('c', '1')])).rejects.toThrow('taken over')
    await ledger.close()
    expect([...read().all('input')].map(({ partition }) => partition)).toEqual(['a'])
  })

  it('a torn last line is a crash and costs nothing else', async () => {
    const ledger = await open()
    await ledger.commit([input('a', '1')])
    appendFileSync(join(folder(), segments()[0]), '0123456789abcdef 2 {"seq":3,"put":[{"kind":"inp')
    expect(read().damages).toEqual([])
    expect(read().get('input', 'a')).toMatchObject({ digest: '1' })
    await ledger.close()
  })

  it('any damage costs the records of the damaged lines and no others, and is named', async () => {
    const count = 40
    const ledger = await open()
    for (let n = 0; n < count; n++) await ledger.commit([input(`p${n}`, `digest ${n}`)])
    await ledger.close()
    const path = join(folder(), segments()[0])
    const whole = readFileSync(path)
    const damage = fc.oneof(
      fc.record({ kind: fc.constant('cut' as const), at: fc.nat(whole.length - 1), length: fc.constant(0) }),
      fc.record({
        kind: fc.constant('flip' as const),
        at: fc.nat(whole.length - 1),
        length: fc.integer({ min: 1, max: 4 }),
      }),
      fc.record({
        kind: fc.constant('zero' as const),
        at: fc.nat(whole.length - 1),
        length: fc.integer({ min: 1, max: 900 }),
      }),
    )
    fc.assert(
      fc.property(damage, ({ kind, at, length }) => {
        const bytes = Buffer.from(whole)
        const end = kind === 'cut' ? whole.length : Math.min(whole.length, at + length)
        for (let i = at; i < end; i++) bytes[i] = kind === 'flip' ? bytes[i] ^ 0x10 : 0
        writeFileSync(path, bytes)
        if (kind === 'cut') truncateSync(path, at)
        const index = read()
        const left = [...index.all('input')]
        for (const { partition, digest } of left) expect(digest).toBe(`digest ${partition.slice(1)}`)
        const touched = linesTouched(whole, at, end)
        expect(count - left.length).toBeLessThanOrEqual(touched)
        // What cuts the last line short may as well be a crash, and tells of itself by what is missing.
        if (bytes.at(-1) === 10 && kind !== 'cut' && !bytes.equals(whole)) expect(index.damages).not.toEqual([])
        index.close()
      }),
      { numRuns: 500 },
    )
  })
})

/** How many lines a stretch of bytes reaches into, with the one whose end it may swallow. */
function linesTouched(bytes: Buffer, from: number, to: number): number {
  return bytes.subarray(from, to).filter(byte => byte === 10).length + 2
}
