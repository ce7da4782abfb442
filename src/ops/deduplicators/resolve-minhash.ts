import { join } from 'node:path'
import type { Barrier, CompareContext, DropContext } from '../../core/operator.js'
import { DisjointSets } from '../../util/disjoint-sets.js'
import { Spill } from '../../util/spill.js'
import { dropAllButLeast } from './clusters.js'
import { findingPairs, joinFound, NearKeyJoiner, nearKeyBytes, pairBytes } from './near-keys.js'

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
  drop(context: DropContext, sets: DisjointSets, records: Pick<MinHashChoice, 'recordBytes'>): Promise<void>
}

/**
 * Drops every sample but the first of those that are linked, over any number of others, by the key of one band. A bucket
 * is a band, or a part of one. Half of the memory holds keys and half says which samples are linked; what needs
 * more of either is in files.
 */
export function minHashDecision(
  bands: number,
  choice: MinHashChoice = { recordBytes: minHashBytes(bands), drop: dropAllButLeast },
): Pick<Barrier, 'resolve' | 'comparison'> {
  const { recordBytes } = choice
  return {
    resolve: context => resolveMinHash(context, bands, choice),
    comparison: {
      findingBytes: pairBytes,
      compare: async context => {
        const sets = findingPairs(context)
        const own = bandParts(bands, context)
        await joinBands({ context, sets, bands, recordBytes, memoryBytes: (context.memoryBytes * 7) / 8 }, own)
      },
    },
  }
}

async function resolveMinHash(
  context: DropContext,
  bands: number,
  { recordBytes, drop }: MinHashChoice,
): Promise<void> {
  const { scratchDir, memoryBytes, totalRecords } = context
  using sets = new DisjointSets(totalRecords, memoryBytes / 2, join(scratchDir, 'sets'))
  const spared = await countSpared(context, bands, recordBytes)
  if (spared > 0) context.note?.('short_texts_spared', spared)
  if (context.findings !== undefined) await joinFound(context, sets)
  else {
    const all = bandParts(bands, { bucket: 0, buckets: 1 })
    await joinBands({ context, sets, bands, recordBytes, memoryBytes: (memoryBytes * 3) / 8 }, all)
  }
  await drop(context, sets, { recordBytes })
}

/** A band, or those of its keys that fall to one of several parts. */
interface BandPart {
  readonly band: number
  readonly part: number
  readonly parts: number
}

/** What a bucket looks after: whole bands where there are enough, else a part of each of some. */
function bandParts(bands: number, { bucket, buckets }: Pick<CompareContext, 'bucket' | 'buckets'>): BandPart[] {
  const parts = Math.ceil(buckets / bands)
  const all = Array.from({ length: bands * parts }, (_, n) => ({ band: n % bands, part: Math.floor(n / bands), parts }))
  return all.filter((_, n) => n % buckets === bucket)
}

interface BandTask {
  readonly context: Pick<DropContext, 'signatures' | 'totalRecords' | 'memoryBytes' | 'scratchDir' | 'progress'>
  readonly sets: { join(a: number, b: number): void }
  readonly bands: number
  readonly recordBytes: number
  /** Of keys. */
  readonly memoryBytes: number
}

async function joinBands(task: BandTask, own: readonly BandPart[]): Promise<void> {
  const { context, sets, memoryBytes } = task
  if (own.length === 0) return
  const joiner = new NearKeyJoiner({ context, sets, distance: 0 }, memoryBytes, context.totalRecords)
  for (let first = 0; first < own.length; first += bandsAtOnce) {
    const some = own.slice(first, first + bandsAtOnce)
    await using spill = new Spill({
      dir: context.scratchDir,
      prefix: 'band',
      bucketCount: some.length,
      recordBytes: nearKeyBytes,
      memoryBytes: context.memoryBytes / 8,
    })
    await collectKeys(task, spill, some)
    for (let index = 0; index < some.length; index++) {
      await joiner.join({ count: spill.recordsIn(index), read: () => spill.read(index) }, allBits)
      await spill.drop(index)
    }
  }
}

/** Writes the keys of as many bands or parts of them as the spill has files, each in the order of the input. */
async function collectKeys(
  { context, bands, recordBytes }: BandTask,
  spill: Spill,
  some: readonly BandPart[],
): Promise<void> {
  let number = 0
  for await (const { records: bytes } of context.signatures()) {
    context.progress?.()
    const records = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at < records.length; at += recordBytes, number++) {
      if (records[at + bands * bandBytes] === 0) continue
      for (let index = 0; index < some.length; index++) {
        const { band, part, parts } = some[index]
        const from = at + band * bandBytes
        if (parts > 1 && records.readUInt16LE(from + 5) % parts !== part) continue
        if (spill.isFull(index)) await spill.flush(index)
        const { buffer, offset } = spill.reserve(index)
        buffer.set(records.subarray(from, from + bandBytes), offset)
        buffer.writeUInt32LE(number, offset + bandBytes)
      }
    }
  }
}

/** How many samples take no part. */
async function countSpared(context: DropContext, bands: number, recordBytes: number): Promise<number> {
  let spared = 0
  for await (const { records } of context.signatures()) {
    context.progress?.()
    for (let at = bands * bandBytes; at < records.length; at += recordBytes) if (records[at] === 0) spared++
  }
  return spared
}
