import fc from 'fast-check'
import { expect, it } from 'vitest'
import { attemptOf, recordKey } from '../../src/core/record-keys.js'
import { type LedgerRecord, noCounts } from '../../src/core/records.js'
import { glanceAt } from '../../src/state/glance.js'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom(
    '{"kind":"input"',
    '{\\"kind\\":\\"',
    'a.deadbeef.b/0123.00000001.jsonl',
    '"}],"seq":7}',
    '{',
    '","seq":1',
  ),
)
const hex = fc.stringMatching(/^[0-9a-f]{8}$/)
const file = fc.record({
  path: fc.oneof(
    text,
    hex.map(each => `checkpoints/p.0123456789.${each}.jsonl`),
  ),
  sizeBytes: fc.nat(),
  checksum: text,
  rows: fc.nat(),
})
const output = fc.record({ path: text, staged: text, sizeBytes: fc.nat(), checksum: text, rows: fc.nat() })
const record: fc.Arbitrary<LedgerRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('input' as const),
    partition: text,
    stamps: fc.array(text, { maxLength: 2 }),
    digest: text,
  }),
  fc.record({
    ...{ kind: fc.constant('placed' as const), source: text, fingerprint: text, chain: text },
    files: fc.array(output, { maxLength: 2 }),
  }),
  fc.record({
    ...{ kind: fc.constant('stages' as const), fingerprint: hex, source: text, attempt: hex, done: fc.nat(5) },
    ...{
      outputs: fc.array(output, { maxLength: 2 }),
      counts: fc.constant([]),
      quarantine: fc.array(file, { maxLength: 1 }),
    },
  }),
  fc.record({
    ...{ kind: fc.constant('point' as const), fingerprint: hex, partition: text, opsDone: fc.nat(9), file },
    ...{ sliceRows: fc.constant([1]), encoding: fc.constant({ format: 'jsonl', compression: 'none' } as const) },
    ...{ counts: fc.constant(noCounts), quarantine: fc.constant([]) },
  }),
  fc.record({
    ...{ kind: fc.constant('failure' as const), epoch: fc.nat(), partition: text, code: text, message: text },
  }),
)

it('sees of a commit what parsing it would show, or nothing', () => {
  let seen = 0
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 3 }),
      fc.nat(1e9),
      fc.constantFrom('written', 'copied', 'withdrawn', 'limited'),
      (put, seq, how) => {
        const rest =
          how === 'withdrawn' ? { drop: ['input/x'] } : how === 'limited' ? { after: { 'here-1-a': 12 } } : {}
        const commit = how === 'copied' ? { seq, put } : { put, ...rest, seq }
        const glance = glanceAt(Buffer.from(`${JSON.stringify(commit)}\n`))
        if (glance === undefined) return
        seen++
        expect(how).toMatch(/written|copied/)
        expect(glance.seq).toBe(seq)
        expect(glance.records.map(({ kind, id }) => `${kind}/${id}`)).toEqual(put.map(recordKey))
        expect(glance.records.map(({ attempt }) => attempt)).toEqual(put.map(attemptOf))
      },
    ),
    { numRuns: 3000 },
  )
  expect(seen).toBeGreaterThan(20)
})
