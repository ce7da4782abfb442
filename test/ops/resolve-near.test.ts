import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Barrier, ResolveContext } from '../../src/core/operator.js'
import { createCatalog } from '../../src/ops/catalog.js'
import { keyMasks } from '../../src/ops/deduplicators/key-masks.js'
import { minHashBytes, minHashDecision } from '../../src/ops/deduplicators/resolve-minhash.js'
import { simHashBytes, simHashDecision } from '../../src/ops/deduplicators/resolve-simhash.js'
import { DisjointSets } from '../../src/util/disjoint-sets.js'
import { Md5 } from '../../src/util/md5.js'
import { tempFolder } from '../io/temp-folder.js'
import { decideInBuckets } from './in-buckets.js'
import { run } from './vector-cases.js'

interface Rig {
  readonly memoryBytes: number
  readonly runLength: number
  /** Into how many signatures are compared; one where that is left out. */
  readonly buckets?: number
  readonly decision: Pick<Barrier, 'resolve' | 'comparison'>
}

/** Places of the samples that go, as numbers in the order of the input, for partitions of records cut into runs. */
async function dropped(partitions: readonly (readonly Buffer[])[], rig: Rig) {
  const scratchDir = mkdtempSync(join(tmpdir(), 'pawl-near-'))
  const starts: number[] = []
  let total = 0
  for (const records of partitions) {
    starts.push(total)
    total += records.length
  }
  const numbers: number[] = []
  const context = {
    *signatures() {
      for (const [partitionIndex, all] of partitions.entries())
        for (let firstRow = 0; firstRow < all.length; firstRow += rig.runLength)
          yield { partitionIndex, firstRow, records: Buffer.concat(all.slice(firstRow, firstRow + rig.runLength)) }
    },
    totalRecords: total,
    memoryBytes: rig.memoryBytes,
    scratchDir,
    progress: () => {},
    drop: (partition: number, row: number) => void numbers.push(starts[partition] + row),
  }
  await decideInBuckets(rig.decision, context as unknown as ResolveContext, rig.buckets ?? 1)
  const left = readdirSync(scratchDir)
  rmSync(scratchDir, { recursive: true })
  return { numbers, left }
}

/** All but the first of every set of items that are linked, over any number of others. */
function linked<T>(items: readonly T[], isNear: (a: T, b: T) => boolean): number[] {
  const groups = items.map((_, i) => i)
  for (let i = 0; i < items.length; i++)
    for (let j = 0; j < i; j++) {
      if (!isNear(items[i], items[j]) || groups[i] === groups[j]) continue
      const [least, other] = [Math.min(groups[i], groups[j]), Math.max(groups[i], groups[j])]
      for (const [k, group] of groups.entries()) if (group === other) groups[k] = least
    }
  return groups.flatMap((group, i) => (group === i ? [] : [i]))
}

interface Hashed {
  readonly hash: bigint
  readonly takesPart: boolean
}

const simHashRecord = ({ hash, takesPart }: Hashed): Buffer => {
  const record = Buffer.alloc(simHashBytes)
  record.writeUInt32LE(Number(hash >> 32n), 0)
  record.writeUInt32LE(Number(hash & 0xffffffffn), 4)
  record[8] = takesPart ? 1 : 0
  return record
}

function apart(a: bigint, b: bigint): number {
  return [...(a ^ b).toString(2)].filter(bit => bit === '1').length
}

/** Hashes near one of a few, so that chains of near ones come about. */
const hashed: fc.Arbitrary<Hashed> = fc.record({
  hash: fc
    .tuple(
      fc.constantFrom(0n, 0xffff_ffff_ffff_ffffn, 0x0123_4567_89ab_cdefn, 0xf0f0_aaaa_5555_0f0fn),
      fc.array(fc.bigInt({ min: 0n, max: 63n }), { maxLength: 9 }),
    )
    .map(([base, bits]) => bits.reduce((hash, bit) => hash ^ (1n << bit), base)),
  takesPart: fc.integer({ min: 0, max: 9 }).map(n => n > 0),
})

const rigs = fc.record({
  memoryBytes: fc.constantFrom(64, 4096, 1 << 20),
  runLength: fc.integer({ min: 1, max: 9 }),
  buckets: fc.constantFrom(1, 2, 7),
})

describe('resolving near SimHashes', () => {
  test('drops what comparing all with all drops, in memory and spilled', async () => {
    const partitions = fc.array(fc.array(hashed, { maxLength: 40 }), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(partitions, rigs, fc.constantFrom(0, 1, 3, 4, 12), async (input, rig, distance) => {
        const isNear = (a: Hashed, b: Hashed) => a.takesPart && b.takesPart && apart(a.hash, b.hash) <= distance
        const got = await dropped(
          input.map(partition => partition.map(simHashRecord)),
          { ...rig, decision: simHashDecision(distance) },
        )
        expect(got).toEqual({ numbers: linked(input.flat(), isNear), left: [] })
      }),
      { numRuns: 60 },
    )
  })

  test('resolves one hash that fills the dataset, and hashes that share most bits, in little memory', async () => {
    const hashes = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? 7n : BigInt(i) << 40n))
    const records = hashes.map(hash => simHashRecord({ hash, takesPart: true }))
    const rig = { memoryBytes: 16 << 10, runLength: 500 }
    const got = await dropped([records.slice(0, 1000), records.slice(1000)], {
      ...rig,
      decision: simHashDecision(0),
    })
    expect(got.numbers).toEqual(hashes.flatMap((_, i) => (i % 3 === 0 && i > 0 ? [i] : [])))
  })
})

/** A key of few values a band, and whether the sample takes part. */
const banded = fc.record({
  keys: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 3, maxLength: 3 }),
  takesPart: fc.integer({ min: 0, max: 9 }).map(n => n > 0),
})
type Banded = { readonly keys: readonly number[]; readonly takesPart: boolean }

function bandRecord({ keys, takesPart }: Banded): Buffer {
  const record = Buffer.alloc(minHashBytes(keys.length))
  for (const [band, key] of keys.entries())
    if (key > 0)
      createHash('md5')
        .update(String(key))
        .digest()
        .copy(record, band * 8, 0, 8)
  record[record.length - 1] = takesPart ? 1 : 0
  return record
}

describe('resolving MinHash bands', () => {
  test('drops what comparing all with all drops, in memory and spilled', async () => {
    const partitions = fc.array(fc.array(banded, { maxLength: 40 }), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(partitions, rigs, async (input, rig) => {
        const isNear = (a: Banded, b: Banded) =>
          a.takesPart && b.takesPart && a.keys.some((key, band) => key === b.keys[band])
        const got = await dropped(
          input.map(partition => partition.map(bandRecord)),
          { ...rig, decision: minHashDecision(3) },
        )
        expect(got).toEqual({ numbers: linked(input.flat(), isNear), left: [] })
      }),
      { numRuns: 60 },
    )
  })

  test('compares more bands than there may be open files at once', async () => {
    const bands = 150
    const records = [0, 1, 2].map(n =>
      bandRecord({ keys: Array.from({ length: bands }, (_, i) => i * 3 + n + 1), takesPart: true }),
    )
    records[1].copy(records[2], 140 * 8, 140 * 8, 141 * 8)
    const rig = { memoryBytes: 4096, runLength: 2 }
    expect(await dropped([records], { ...rig, decision: minHashDecision(bands) })).toEqual({
      numbers: [2],
      left: [],
    })
  })
})

describe.each(['document_simhash_deduplicator', 'document_minhash_deduplicator'])('short texts in %s', name => {
  const samples = [{ text: 'one two' }, { text: 'one two' }, { text: '' }, { text: 'three' }]
  const kept = async (params: Record<string, unknown>) =>
    (await run(await createCatalog().load(name), { op: name, params, samples, expect: {} })).kept

  test('are each kept by default', async () => {
    expect(await kept({})).toEqual([0, 1, 2, 3])
  })

  test('are duplicates of one another where the recipe wants what Data-Juicer does', async () => {
    expect(await kept({ short_text: 'together' })).toEqual([0])
  })

  test('are compared where they fill the window', async () => {
    expect(await kept({ window_size: 1 })).toEqual([0, 2, 3])
  })
})

describe('masks of keys', () => {
  test('leave every two keys that are near enough equal under one of them', () => {
    const near = fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { maxLength: 12 })
    fc.assert(
      fc.property(near, fc.constantFrom(1, 1000, 10_000_000), (bits, count) => {
        const difference = bits.reduce((word, bit) => word | (1n << BigInt(bit)), 0n)
        const masks = keyMasks(bits.length, count).map(({ high, low }) => (BigInt(high) << 32n) | BigInt(low))
        expect(masks.some(mask => (mask & difference) === 0n)).toBe(true)
      }),
    )
  })

  test('are more selective where there are more keys', () => {
    expect(keyMasks(4, 1000).length).toBeLessThan(keyMasks(4, 10_000_000).length)
    expect(keyMasks(0, 1000)).toEqual([{ high: 0xffffffff, low: 0xffffffff }])
  })
})

describe('disjoint sets', () => {
  test('are those of a plain model, with pages in memory and in a file', () => {
    const total = 200
    const number = fc.integer({ min: 0, max: total - 1 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number), { maxLength: 300 }),
        fc.constantFrom(64, 1 << 16),
        (joins, memory) => {
          using sets = new DisjointSets(total, memory, join(tempFolder(), 'sets'))
          const model = Array.from({ length: total }, (_, i) => i)
          for (const [a, b] of joins) {
            sets.join(a, b)
            const [least, other] = [Math.min(model[a], model[b]), Math.max(model[a], model[b])]
            for (const [i, group] of model.entries()) if (group === other) model[i] = least
          }
          expect(model.map((_, i) => sets.isLeast(i))).toEqual(model.map((group, i) => group === i))
        },
      ),
      { numRuns: 40 },
    )
  })
})

test('the MD5 of any bytes is that of OpenSSL', () => {
  const md5 = new Md5()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 20 }), (bytes, start) => {
      const from = Math.min(start, bytes.length)
      md5.digest(bytes, from, bytes.length)
      const words = Buffer.alloc(16)
      for (const [i, word] of [md5.a, md5.b, md5.c, md5.d].entries()) words.writeInt32LE(word, i * 4)
      expect(words.toString('hex')).toBe(createHash('md5').update(bytes.subarray(from)).digest('hex'))
    }),
    { numRuns: 300 },
  )
})
