import { join } from 'node:path'
import type { DropContext } from '../../core/operator.js'
import { DisjointSets } from '../../util/disjoint-sets.js'
import { Spill } from '../../util/spill.js'
import { dropAllButLeast } from './clusters.js'
import { NearKeyJoiner, nearKeyBytes } from './near-keys.js'

/** A record has a key of 64 bits a band, then 1 where the sample takes part. */
export const bandBytes = 8
/** Bands that are compared after one reading of all records: as many files are open. */
const bandsAtOnce = 64
const allBits = { high: 0xffffffff, low: 0xffffffff }

export function minHashBytes(bands: number): number {
  return bands * bandBytes + 1
}

/** Records may be longer than keys and mark, by what says which sample of a cluster stays. */
export interface MinHashChoice {
  readonly recordBytes: number
  drop(context: DropContext, sets: DisjointSets, recordBytes: number): Promise<void>
}

/**
 * Drops every sample but the first of those that are linked, over any number of others, by the key of one band. Half
 * of the memory holds keys and half says which samples are linked; what needs more of either is in files.
 */
export async function resolveMinHash(
  context: DropContext,
  bands: number,
  { recordBytes, drop }: MinHashChoice = { recordBytes: minHashBytes(bands), drop: dropAllButLeast },
): Promise<void> {
  const { scratchDir, memoryBytes, totalRecords } = context
  using sets = new DisjointSets(totalRecords, memoryBytes / 2, join(scratchDir, 'sets'))
  const joiner = new NearKeyJoiner({ context, sets, distance: 0 }, (memoryBytes * 3) / 8, totalRecords)
  for (let first = 0; first < bands; first += bandsAtOnce) {
    const count = Math.min(bandsAtOnce, bands - first)
    await using spill = new Spill(scratchDir, 'band', count, nearKeyBytes, memoryBytes / 8)
    const spared = await collectKeys(context, spill, { bands, first, recordBytes })
    if (first === 0 && spared > 0) context.note?.('short_texts_spared', spared)
    for (let band = 0; band < count; band++) {
      await joiner.join({ count: spill.recordsIn(band), read: () => spill.read(band) }, allBits)
      await spill.drop(band)
    }
  }
  await drop(context, sets, recordBytes)
}

/** Writes the keys of as many bands as the spill has buckets, each band's in the order of the input, and says how many samples have none. */
async function collectKeys(
  context: DropContext,
  spill: Spill,
  { bands, first, recordBytes }: { readonly bands: number; readonly first: number; readonly recordBytes: number },
): Promise<number> {
  let number = 0
  let spared = 0
  for await (const { records } of context.signatures()) {
    context.progress?.()
    for (let at = 0; at < records.length; at += recordBytes, number++) {
      if (records[at + bands * bandBytes] === 0) {
        spared++
        continue
      }
      for (let band = 0; band < spill.bucketCount; band++) {
        if (spill.isFull(band)) await spill.flush(band)
        const { buffer, offset } = spill.reserve(band)
        const from = at + (first + band) * bandBytes
        buffer.set(records.subarray(from, from + bandBytes), offset)
        buffer.writeUInt32LE(number, offset + bandBytes)
      }
    }
  }
  return spared
}
