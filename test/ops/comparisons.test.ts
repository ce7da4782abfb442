import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fields } from '../../src/core/fields.js'
import type { Barrier } from '../../src/core/operator.js'
import { Sample } from '../../src/core/sample.js'
import { RecordBuffer } from '../../src/execution/work/barrier/record-buffer.js'
import { createCatalog } from '../../src/ops/catalog.js'
import { decideInBuckets } from './in-buckets.js'

const deduplicators = createCatalog().names.filter(name => name.endsWith('_deduplicator') || name.endsWith('_with_uid'))
const media = /image|video|audio/

const words = 'ratchet wheel tooth spring lever cog winch pawl'.split(' ')
const line = fc.array(fc.constantFrom(...words), { minLength: 0, maxLength: 7 }).map(some => some.join(' '))
const text = fc.array(line, { minLength: 1, maxLength: 3 }).map(lines => lines.join('\n'))
const datasets = fc.array(fc.array(text, { maxLength: 12 }), { minLength: 1, maxLength: 4 })

async function build(name: string): Promise<Barrier> {
  const definition = await createCatalog().load(name)
  const known: Record<string, unknown> = { window_size: 2, jaccard_threshold: 0.4, frequency_threshold: 1 }
  const params = Object.fromEntries(Object.entries(known).filter(([key]) => key in definition.params.shape))
  const operator = await definition.create(
    definition.params.parse(params) as Record<string, unknown>,
    {
      textKey: 'text',
      seed: 1,
    } as never,
  )
  if (operator.kind !== 'barrier') throw new TypeError(`${name} is no barrier`)
  return operator
}

/** Everything that a decision says. */
async function decided(operator: Barrier, partitions: readonly (readonly string[])[], buckets: number) {
  const scratchDir = mkdtempSync(join(tmpdir(), 'pawl-buckets-'))
  const signed = partitions.map((texts, partition) => {
    const records = new RecordBuffer(operator, texts.length)
    for (const [row, each] of texts.entries())
      records.sign(Sample.of({ text: each, [fields.uid]: (row * 7 + partition * 13) % 31 }), row)
    return Buffer.from(records.bytes)
  })
  const dropped: string[] = []
  const given: string[] = []
  const notes: Record<string, number> = {}
  const context = {
    *signatures() {
      for (const [partitionIndex, records] of signed.entries())
        if (records.length > 0) yield { partitionIndex, firstRow: 0, records }
    },
    totalRecords: signed.reduce((sum, { length }) => sum + length / operator.recordBytes, 0),
    totalSamples: partitions.flat().length,
    partitionCount: partitions.length,
    memoryBytes: 1 << 16,
    scratchDir,
    drop: (partition: number, row: number) => void dropped.push(`${partition}:${row}`),
    give: (partition: number, bytes: Uint8Array) =>
      void given.push(`${partition}:${Buffer.from(bytes).toString('hex')}`),
    note: (name: string, count: number) => {
      notes[name] = count
    },
  }
  await decideInBuckets(operator, context, buckets)
  const left = readdirSync(scratchDir)
  rmSync(scratchDir, { recursive: true })
  return { dropped: dropped.sort(), given, notes, left }
}

describe('every deduplicator that compares in buckets', () => {
  const tried = deduplicators.filter(name => !media.test(name))

  it('is every one of text', async () => {
    const operators = await Promise.all(tried.map(build))
    expect(tried.filter((_, n) => operators[n].comparison === undefined)).toEqual([])
  })

  it.each(tried)('decides as if there were none, into however many: %s', async name => {
    const operator = await build(name)
    await fc.assert(
      fc.asyncProperty(datasets, fc.constantFrom(2, 3, 7, 64), async (partitions, buckets) => {
        const whole = await decided(operator, partitions, 1)
        expect(await decided(operator, partitions, buckets)).toEqual(whole)
        expect(whole.left).toEqual([])
      }),
      { numRuns: 25 },
    )
  })
})
