import { join } from 'node:path'
import type { DropContext } from '../../core/operator.js'
import { DisjointSets } from '../../util/disjoint-sets.js'
import { Spill } from '../../util/spill.js'
import { dropAllButLeast, type ShownClusters } from './clusters.js'
import { keyMasks } from './key-masks.js'
import { NearKeyJoiner, nearKeyBytes } from './near-keys.js'

/** A SimHash in two little-endian words, then 1 where the sample takes part. */
export const simHashBytes = 9

/**
 * Drops every sample but the first of those that are linked, over any number of others, by SimHashes that differ in at
 * most `distance` bits. Half of the memory holds keys and half says which samples are linked; what needs more
 * of either is in files.
 */
export async function resolveSimHash(
  context: DropContext,
  distance: number,
  { recordBytes, ...shown }: ShownClusters & { readonly recordBytes: number } = {
    recordBytes: simHashBytes,
    placeAt: undefined,
  },
): Promise<void> {
  const { scratchDir, memoryBytes, totalRecords } = context
  using sets = new DisjointSets(totalRecords, memoryBytes / 2, join(scratchDir, 'sets'))
  await using all = new Spill(scratchDir, 'all', 1, nearKeyBytes, memoryBytes / 16)
  const spared = await collectKeys(context, all, recordBytes)
  if (spared > 0) context.note?.('short_texts_spared', spared)
  const keys = { count: all.recordsIn(0), read: () => all.read(0) }
  const joiner = new NearKeyJoiner({ context, sets, distance }, (memoryBytes * 7) / 16, keys.count)
  for (const mask of keyMasks(distance, keys.count)) await joiner.join(keys, mask)
  await dropAllButLeast(context, sets, recordBytes, shown)
}

/** Writes the keys of all samples that take part, in the order of the input, and says how many do not. */
async function collectKeys(context: DropContext, all: Spill, recordBytes: number): Promise<number> {
  let number = 0
  let spared = 0
  for await (const { records } of context.signatures()) {
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
