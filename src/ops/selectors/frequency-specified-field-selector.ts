import { createHash } from 'node:crypto'
import type { ResolveContext } from '../../core/operator.js'
import { Spill } from '../../util/spill.js'
import { defineSelector } from '../define.js'
import { KeyBuckets } from '../key-buckets.js'
import { indexedKeyBytes, KeyIndex } from '../key-index.js'
import { bool } from '../params.js'
import { plainValue } from './field-key.js'
import { count, fieldKeyParam, ratio } from './params.js'
import { keyAtRank } from './rank-search.js'
import { shareOf } from './share.js'

/** Keeps the samples with the commonest values in a field (Data-Juicer). */
export const frequencySpecifiedFieldSelector = defineSelector({
  name: 'frequency_specified_field_selector',
  summary: 'Keeps the samples whose values in a field are among the commonest (or rarest).',
  params: {
    field_key: fieldKeyParam,
    top_ratio: ratio.describe('Share of the distinct values that stay.'),
    topk: count.describe('Distinct values that stay; with `top_ratio`, the lesser of both.'),
    reverse: bool(true).describe('Keep the commonest values; false, the rarest.'),
  },
  example: {
    params: { field_key: 'lang', topk: 1 },
    cases: [
      {
        samples: [
          { text: 'tide', lang: 'en' },
          { text: 'Ebbe', lang: 'de' },
          { text: 'pier', lang: 'en' },
        ],
        kept: [0, 2],
      },
    ],
  },
  create({ field_key, top_ratio, topk, reverse }) {
    const path = field_key ?? ''
    const isIdle = path === '' || (!top_ratio && !topk)
    return {
      recordBytes: indexedKeyBytes,
      sign(sample, record, offset) {
        if (!isIdle) record.set(valueKey(plainValue(sample, path)), offset)
      },
      async resolve(context) {
        if (context.totalSamples <= 1 || isIdle) return
        await takeFrequent(context, distinct => shareOf(top_ratio, topk, distinct) ?? 0, reverse !== false)
      },
    }
  },
})

/** Equal for values that Python takes for one: 1, 1.0 and true. */
function valueKey(value: string | number | boolean | null): Buffer {
  const text = typeof value === 'string' ? `s${value}` : value === null ? 'null' : `n${Number(value)}`
  return createHash('md5').update(text).digest()
}

const recordBytes = indexedKeyBytes + 16
const rankBytes = 14

/** Keeps the samples of so many values, by how often they occur and then by where they first do. */
async function takeFrequent(
  context: ResolveContext,
  wantedOf: (distinct: number) => number,
  isCommonest: boolean,
): Promise<void> {
  await using buckets = new KeyBuckets(context, { name: 'values', recordBytes, expected: context.totalSamples })
  await collect(context, buckets)
  await using ranks = new Spill({
    dir: context.scratchDir,
    prefix: 'ranks',
    bucketCount: 1,
    recordBytes: rankBytes,
    memoryBytes: context.memoryBytes / 16,
  })
  for (let bucket = 0; bucket < buckets.count; bucket++) {
    const { counts, firsts } = await countValues(context, { buckets, bucket })
    for (const [id, occurrences] of counts.entries()) {
      if (ranks.isFull(0)) await ranks.flush(0)
      const { buffer, offset } = ranks.reserve(0)
      rankKey(occurrences, firsts[id], isCommonest).copy(buffer, offset)
    }
  }
  const distinct = ranks.recordsIn(0)
  const wanted = wantedOf(distinct)
  const taken = wanted < 0 ? Math.max(0, distinct + wanted) : Math.min(distinct, wanted)
  const last = taken === 0 ? Buffer.alloc(0) : (await keyAtRank(take => eachRank(ranks, take), taken - 1)).key
  for (let bucket = 0; bucket < buckets.count; bucket++) {
    const { index, counts, firsts } = await countValues(context, { buckets, bucket })
    const isTaken = counts.map(
      (occurrences, id) => Buffer.compare(rankKey(occurrences, firsts[id], isCommonest), last) <= 0,
    )
    await eachRecord(context, { buckets, bucket }, (piece, offset) => {
      if (isTaken[index.add(piece, offset)]) return
      context.drop(piece.readUInt32LE(offset + indexedKeyBytes), piece.readUInt32LE(offset + indexedKeyBytes + 4))
    })
  }
}

/** Sorts values: those that are to be taken first go first, each with a key of its own. */
function rankKey(occurrences: number, first: number, isCommonest: boolean): Buffer {
  const key = Buffer.alloc(rankBytes)
  key.writeUIntBE(isCommonest ? 2 ** 48 - 1 - occurrences : occurrences, 0, 6)
  key.writeUIntBE(first, 6, 6)
  return key
}

async function eachRank(ranks: Spill, take: (key: Uint8Array) => void): Promise<void> {
  for await (const piece of ranks.read(0))
    for (let at = 0; at < piece.length; at += rankBytes) take(piece.subarray(at, at + rankBytes))
}

async function collect(context: ResolveContext, buckets: KeyBuckets): Promise<void> {
  const record = Buffer.alloc(recordBytes)
  let number = 0
  for await (const { partitionIndex, records, firstRow } of context.signatures()) {
    context.progress?.()
    for (let at = 0; at < records.length; at += indexedKeyBytes) {
      record.set(records.subarray(at, at + indexedKeyBytes))
      record.writeUInt32LE(partitionIndex, indexedKeyBytes)
      record.writeUInt32LE(firstRow + at / indexedKeyBytes, indexedKeyBytes + 4)
      record.writeUIntLE(number++, indexedKeyBytes + 8, 6)
      const pending = buckets.add(record)
      if (pending !== undefined) await pending
    }
  }
}

interface Bucket {
  readonly buckets: KeyBuckets
  readonly bucket: number
}

async function countValues(context: ResolveContext, { buckets, bucket }: Bucket) {
  const index = new KeyIndex(Math.min(buckets.recordsIn(bucket), 1 << 16))
  const counts: number[] = []
  const firsts: number[] = []
  await eachRecord(context, { buckets, bucket }, (piece, offset) => {
    const id = index.add(piece, offset)
    if (id === counts.length) firsts.push(piece.readUIntLE(offset + indexedKeyBytes + 8, 6))
    counts[id] = (counts[id] ?? 0) + 1
  })
  return { index, counts, firsts }
}

async function eachRecord(
  context: ResolveContext,
  { buckets, bucket }: Bucket,
  take: (piece: Buffer, offset: number) => void,
): Promise<void> {
  for await (const piece of buckets.read(bucket)) {
    context.progress?.()
    for (let offset = 0; offset < piece.length; offset += recordBytes) take(piece, offset)
  }
}
