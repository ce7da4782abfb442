import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Candidate, RecordRow } from '../../src/state/record-row.js'
import { keyOf, RecordTable } from '../../src/state/record-table.js'

const segments = ['here-1-a', 'here-2-b'].map(writer => ({ path: writer, writer, fence: 1, size: 0, fd: undefined }))

const change = fc.record({
  what: fc.constantFrom('put' as const, 'put' as const, 'put' as const, 'settle' as const, 'drop' as const),
  key: fc.constantFrom('input/a', 'input/b', 'stages/00ff', 'stages/00fe', 'export/x'),
  attempt: fc.constantFrom('00000001', 'deadbeef', 'checkpoints/odd'),
  seq: fc.nat(6),
  rank: fc.constantFrom(0, 0, 0, 2),
  segment: fc.constantFrom(...segments),
  namesAttempt: fc.boolean(),
})

it('holds in numbers what it would hold as objects, whatever is put, copied and withdrawn in whatever order', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 25 }), changes => {
      const table = new RecordTable()
      const rows = new Map<string, RecordRow>()
      for (const [index, { what, key, attempt, seq, rank, segment, namesAttempt }] of changes.entries()) {
        const row = rows.get(key) ?? new RecordRow([])
        rows.set(key, row)
        const isOfAttempt = key.startsWith('stages/')
        const at = { segment, offset: index * 1e10, length: index + 1 }
        const candidate: Candidate = {
          ...{ rank: isOfAttempt ? 0 : rank, seq, writer: segment.writer, at },
          attempt: isOfAttempt ? attempt : undefined,
        }
        if (what === 'drop') {
          const named = isOfAttempt && namesAttempt
          table.drop(named ? `${key}@${attempt}` : key, seq)
          row.drop(named ? attempt : undefined, seq)
        } else {
          table[what](keyOf(key), candidate)
          row[what](candidate)
        }
      }
      for (const [key, { candidates, withdrawals }] of rows) {
        const { kind, id } = keyOf(key)
        expect(table.get(kind, id)).toEqual(candidates[0])
        expect(table.attempts(kind, id)).toEqual(candidates.flatMap(each => each.attempt ?? []))
        expect(table.withdrawals(kind, id)).toBe(withdrawals)
      }
      const held = [...rows].filter(([, { candidates }]) => candidates.length > 0).map(([key]) => key)
      const named = (kind?: string) => [...table.keys(kind)].map(key => `${key.kind}/${key.id}`).sort()
      expect(named()).toEqual(held.sort())
      expect(named('input')).toEqual(held.filter(key => key.startsWith('input/')))
    }),
    { numRuns: 500 },
  )
})
