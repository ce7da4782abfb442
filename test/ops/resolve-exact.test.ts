import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ResolveContext } from '../../src/core/operator.js'
import { exactComparison, exactKeyBytes, resolveExact } from '../../src/ops/deduplicators/resolve-exact.js'
import { decideInBuckets } from './in-buckets.js'

/** Places of the samples that go, `partition:row`, for partitions of keys cut into runs. */
async function dropped(
  partitions: readonly (readonly number[])[],
  memoryBytes: number,
  { runLength = 3, buckets = 1 } = {},
) {
  const scratchDir = mkdtempSync(join(tmpdir(), 'pawl-resolve-'))
  const places: string[] = []
  const context = {
    *signatures() {
      for (const [partitionIndex, keys] of partitions.entries())
        for (let firstRow = 0; firstRow < keys.length; firstRow += runLength)
          yield { partitionIndex, firstRow, records: recordsOf(keys.slice(firstRow, firstRow + runLength)) }
    },
    totalRecords: partitions.reduce((sum, keys) => sum + keys.length, 0),
    memoryBytes,
    scratchDir,
    progress: () => {},
    drop: (partition: number, row: number) => void places.push(`${partition}:${row}`),
  }
  const decision = { resolve: resolveExact, comparison: exactComparison }
  await decideInBuckets(decision, context as unknown as ResolveContext, buckets)
  const left = readdirSync(scratchDir)
  rmSync(scratchDir, { recursive: true })
  return { places: places.sort(), left }
}

function recordsOf(keys: readonly number[]): Buffer {
  return Buffer.concat(
    keys.map(key => (key === 0 ? Buffer.alloc(exactKeyBytes) : createHash('md5').update(String(key)).digest())),
  )
}

function expected(partitions: readonly (readonly number[])[]): string[] {
  const seen = new Set<number>()
  return partitions
    .flatMap((keys, partition) =>
      keys.flatMap((key, row) => {
        if (seen.has(key)) return [`${partition}:${row}`]
        seen.add(key)
        return []
      }),
    )
    .sort()
}

describe('resolving exact duplicates', () => {
  test('drops what a set of seen keys drops, in memory and spilled', async () => {
    const partitions = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(
        partitions,
        fc.constantFrom(64, 4096, 1 << 20),
        fc.record({ runLength: fc.integer({ min: 1, max: 9 }), buckets: fc.constantFrom(1, 2, 7) }),
        async (input, memory, cut) => {
          expect(await dropped(input, memory, cut)).toEqual({
            places: expected(input),
            left: [],
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  test('resolves many partitions in little memory, and leaves no file behind', async () => {
    const partitions = Array.from({ length: 50 }, (_, p) =>
      Array.from({ length: 2000 }, (_, i) => (p * 1700 + i * 3) % 60_000),
    )
    expect(await dropped(partitions, 64 << 10, { runLength: 500 })).toEqual({ places: expected(partitions), left: [] })
  })

  test('resolves one key that fills the dataset, which no split makes smaller', async () => {
    const partitions = Array.from({ length: 3 }, () => Array.from({ length: 3000 }, () => 7))
    expect((await dropped(partitions, 1024, { runLength: 1000 })).places).toHaveLength(8999)
  })
})
