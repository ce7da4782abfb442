import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InputRecord } from '../../src/core/records.js'
import { Ledger } from '../../src/state/ledger.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pawl-ledger-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const input = (partition: string, digest: string): InputRecord => ({ kind: 'input', partition, stamps: ['1'], digest })

describe('a ledger', () => {
  it('takes over what dead writers committed, the latest record of a key winning', async () => {
    const first = await Ledger.open(folder, 'first')
    await first.commit([input('a', 'old'), input('b', 'kept')])
    await first.close()
    const second = await Ledger.open(folder, 'second')
    await second.commit([input('a', 'new')])
    await second.withdraw([input('b', 'kept')])
    await second.close()
    const third = await Ledger.open(folder, 'third')
    expect(third.get('input', 'a')).toMatchObject({ digest: 'new' })
    expect(third.get('input', 'b')).toBeUndefined()
    expect([...third.all('input')].map(({ partition }) => partition)).toEqual(['a'])
    await third.close()
    expect(readdirSync(folder).filter(name => name.endsWith('.mdb'))).toHaveLength(1)
  })

  it('goes past files of writers that died before their first commit', async () => {
    const first = await Ledger.open(folder, 'first')
    await first.commit([input('a', 'kept')])
    await first.close()
    writeFileSync(join(folder, 'empty.mdb'), '')
    writeFileSync(join(folder, 'zeros.mdb'), Buffer.alloc(8192))
    writeFileSync(join(folder, 'torn.mdb'), Buffer.alloc(300, 7))
    const second = await Ledger.open(folder, 'second')
    expect(second.get('input', 'a')).toMatchObject({ digest: 'kept' })
    await second.close()
  })
})
