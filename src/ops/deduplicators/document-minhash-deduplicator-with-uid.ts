import { fields } from '../../core/fields.js'
import type { DropContext, OperatorDefinition } from '../../core/operator.js'
import { SampleError } from '../../core/sample-error.js'
import type { DisjointSets } from '../../util/disjoint-sets.js'
import { Spill } from '../../util/spill.js'
import { defineDeduplicator } from '../define.js'
import { createMinHash, minHashParams } from './document-minhash-deduplicator.js'
import { type MinHashChoice, minHashDecision } from './resolve-minhash.js'

const uidBytes = 8

const definition = defineDeduplicator({
  name: 'document_minhash_deduplicator',
  summary: 'Removes samples whose text is nearly that of one with a smaller `__dj__uid`, by MinHash.',
  params: minHashParams,
  example: {
    params: { window_size: 3, jaccard_threshold: 0.6 },
    cases: [
      {
        samples: [
          {
            text: 'The ferry leaves the old pier at nine and is back before the tide turns in the evening.',
            __dj__uid: 7,
          },
          {
            text: 'The ferry leaves the old pier at nine and is back before the tide turns in the morning.',
            __dj__uid: 3,
          },
          { text: 'Nobody has seen the keeper of the lighthouse since the storm.', __dj__uid: 9 },
        ],
        kept: [1, 2],
      },
    ],
  },
  create(params, context) {
    const minHash = createMinHash(params, context)
    const { recordBytes: keysBytes, bands } = minHash
    const recordBytes = keysBytes + uidBytes
    return {
      ...minHash,
      recordBytes,
      sign(sample, record, offset) {
        const uid = sample.get([fields.uid])
        if (typeof uid !== 'number' || !Number.isFinite(uid))
          throw new SampleError('bad_value', `field "${fields.uid}" holds no number`)
        minHash.sign(sample, record, offset)
        new DataView(record.buffer, record.byteOffset + offset + keysBytes, uidBytes).setFloat64(0, uid, true)
      },
      ...minHashDecision(bands, { recordBytes, drop: dropAllButLeastUid }),
    }
  },
})

/** Keeps, of samples that share many of their shingles, the one with the least `__dj__uid` (Data-Juicer). */
export const documentMinhashDeduplicatorWithUid: OperatorDefinition = {
  ...definition,
  name: 'document_minhash_deduplicator_with_uid',
}

const entryBytes = 24
const mostBuckets = 256

/** Drops every sample but that with the least uid of its set; of equal ones, the first stays. */
async function dropAllButLeastUid(
  context: DropContext,
  sets: DisjointSets,
  { recordBytes }: Pick<MinHashChoice, 'recordBytes'>,
): Promise<void> {
  const wanted = (context.totalRecords * 96) / context.memoryBytes
  const count = Math.min(mostBuckets, 2 ** Math.ceil(Math.log2(Math.max(1, wanted))))
  await using spill = new Spill({
    dir: context.scratchDir,
    prefix: 'uids',
    bucketCount: count,
    recordBytes: entryBytes,
    memoryBytes: context.memoryBytes / 8,
  })
  let number = 0
  for await (const { partitionIndex, records, firstRow } of context.signatures()) {
    context.progress?.()
    const bytes = Buffer.from(records.buffer, records.byteOffset, records.length)
    for (let at = 0, row = firstRow; at < bytes.length; at += recordBytes, row++) {
      const root = sets.leastOf(number++)
      const bucket = (Math.imul(root, 0x9e3779b1) >>> 24) & (count - 1)
      if (spill.isFull(bucket)) await spill.flush(bucket)
      const { buffer, offset } = spill.reserve(bucket)
      buffer.writeUInt32LE(root, offset)
      buffer.writeUInt32LE(partitionIndex, offset + 4)
      buffer.writeUInt32LE(row, offset + 8)
      bytes.copy(buffer, offset + 16, at + recordBytes - uidBytes, at + recordBytes)
    }
  }
  for (let bucket = 0; bucket < count; bucket++) await dropInBucket(context, spill, bucket)
}

async function dropInBucket(context: DropContext, spill: Spill, bucket: number): Promise<void> {
  const leasts = new Map<number, { uid: number; partition: number; row: number }>()
  for await (const piece of spill.read(bucket)) {
    context.progress?.()
    for (let at = 0; at < piece.length; at += entryBytes) {
      const root = piece.readUInt32LE(at)
      const one = {
        uid: piece.readDoubleLE(at + 16),
        partition: piece.readUInt32LE(at + 4),
        row: piece.readUInt32LE(at + 8),
      }
      const least = leasts.get(root)
      if (least === undefined) leasts.set(root, one)
      else if (one.uid < least.uid) {
        context.drop(least.partition, least.row)
        leasts.set(root, one)
      } else context.drop(one.partition, one.row)
    }
  }
  await spill.drop(bucket)
}
