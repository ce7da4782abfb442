import { join } from 'node:path'
import type { Barrier, CompareContext, DropContext } from '../../core/operator.js'
import { DisjointSets } from '../../util/disjoint-sets.js'
import { Spill } from '../../util/spill.js'
import { dropAllButLeast, type ShownClusters } from './clusters.js'
import { type KeyMask, keyMasks } from './key-masks.js'
import { findingPairs, groupOf, joinFound, NearKeyJoiner, type NearKeys, nearKeyBytes, pairBytes } from './near-keys.js'

/** A SimHash in two little-endian words, then 1 where the sample takes part. */
export const simHashBytes = 9

/** What records hold beside the hash. */
export interface SimHashRecords extends ShownClusters {
  readonly recordBytes: number
}

const plain: SimHashRecords = { recordBytes: simHashBytes, placeAt: undefined }

/**
 * Drops every sample but the first of those that are linked, over any number of others, by SimHashes that differ in at
 * most `distance` bits. A bucket has those keys of each mask that share its bits. Half of the memory holds keys and
 * half says which samples are linked; what needs more of either is in files.
 */
export function simHashDecision(
  distance: number,
  records: SimHashRecords = plain,
): Pick<Barrier, 'resolve' | 'comparison'> {
  return {
    resolve: context => resolveSimHash(context, distance, records),
    comparison: {
      findingBytes: pairBytes,
      compare: context => compareSimHash(context, distance, records.recordBytes),
    },
  }
}

/** A file for all keys, in the order of the input. */
function openKeys({ scratchDir, memoryBytes }: Pick<DropContext, 'scratchDir' | 'memoryBytes'>): Spill {
  const [dir, most] = [scratchDir, memoryBytes / 16]
  return new Spill({ dir, prefix: 'all', bucketCount: 1, recordBytes: nearKeyBytes, memoryBytes: most })
}

async function resolveSimHash(context: DropContext, distance: number, records: SimHashRecords): Promise<void> {
  const { scratchDir, memoryBytes, totalRecords } = context
  using sets = new DisjointSets(totalRecords, memoryBytes / 2, join(scratchDir, 'sets'))
  await using all = openKeys(context)
  const spared = await collectKeys(context, all, records.recordBytes)
  if (spared > 0) context.note?.('short_texts_spared', spared)
  if (context.findings !== undefined) await joinFound(context, sets)
  else {
    const keys = { count: all.recordsIn(0), read: () => all.read(0) }
    const joiner = new NearKeyJoiner({ context, sets, distance }, (memoryBytes * 7) / 16, keys.count)
    for (const mask of keyMasks(distance, keys.count)) await joiner.join(keys, mask)
  }
  await dropAllButLeast(context, sets, records)
}

async function compareSimHash(context: CompareContext, distance: number, recordBytes: number): Promise<void> {
  const { scratchDir, memoryBytes } = context
  await using all = openKeys(context)
  await collectKeys(context, all, recordBytes)
  const keys = { count: all.recordsIn(0), read: () => all.read(0) }
  const joiner = new NearKeyJoiner(
    { context, sets: findingPairs(context), distance },
    (memoryBytes * 13) / 16,
    keys.count,
  )
  // The masks follow from how many keys there are, so that they are the same for all buckets.
  for (const mask of keyMasks(distance, keys.count)) {
    await using own = new Spill({
      dir: scratchDir,
      prefix: 'own',
      bucketCount: 1,
      recordBytes: nearKeyBytes,
      memoryBytes: memoryBytes / 16,
    })
    await takeOwn(context, { keys, mask, own })
    await joiner.join({ count: own.recordsIn(0), read: () => own.read(0) }, mask)
  }
}

interface Taking {
  readonly keys: NearKeys
  readonly mask: KeyMask
  readonly own: Spill
}

async function takeOwn({ bucket, buckets, progress }: CompareContext, { keys, mask, own }: Taking): Promise<void> {
  for await (const piece of keys.read()) {
    progress?.()
    for (let at = 0; at < piece.length; at += nearKeyBytes) {
      const group = groupOf(piece.readUInt32LE(at), piece.readUInt32LE(at + 4), mask)
      // Mixed once more, as files and tables are chosen by bits of the group itself.
      if ((Math.imul(group, 0x9e3779b1) >>> 16) % buckets !== bucket) continue
      if (own.isFull(0)) await own.flush(0)
      const { buffer, offset } = own.reserve(0)
      piece.copy(buffer, offset, at, at + nearKeyBytes)
    }
  }
}

/** Writes the keys of all samples that take part, in the order of the input, and says how many do not. */
async function collectKeys(
  context: Pick<DropContext, 'signatures' | 'progress'>,
  all: Spill,
  recordBytes: number,
): Promise<number> {
  let number = 0
  let spared = 0
  for await (const { records } of context.signatures()) {
    context.progress?.()
    for (let at = 0; at < records.length; at += recordBytes, number++) {
      if (records[at + 8] === 0) {
        spared++
        continue
      }
      if (all.isFull(0)) await all.flush(0)
      const { buffer, offset } = all.reserve(0)
      buffer.set(records.subarray(at, at + 8), offset)
      buffer.writeUInt32LE(number, offset + 8)
    }
  }
  return spared
}
