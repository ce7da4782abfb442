import { z } from 'zod'
import type { JsonObject } from '../../core/json.js'
import type { DropContext } from '../../core/operator.js'
import type { DisjointSets } from '../../util/disjoint-sets.js'
import { Spill } from '../../util/spill.js'
import { placeBytes, readPlace } from './sample-place.js'

const mostBuckets = 256
/** Set and number of a sample, its partition and, where clusters are shown, its place. */
const entryBytes = 12 + placeBytes

export const exportClustersParam = {
  export_clusters: z
    .boolean()
    .default(false)
    .describe(
      'Write each cluster as a line of a file in `clusters/` of the job: which sample stays and which go, by file and offset.',
    ),
}

/** Whether clusters are shown, and where records then say what their samples are. */
export interface ShownClusters {
  /** Where in a record the place stands; undefined where clusters are only counted. */
  readonly placeAt: number | undefined
}

export interface ClusterRecords extends Partial<ShownClusters> {
  readonly recordBytes: number
}

/**
 * Drops every sample but the earliest of its set, where samples are numbered in the order of the input; notes how many
 * sets of several there are, and writes a line for each where they are shown.
 */
export async function dropAllButLeast(
  context: DropContext,
  sets: DisjointSets,
  { recordBytes, placeAt }: ClusterRecords,
): Promise<void> {
  const wanted = (context.totalRecords * entryBytes * 4) / context.memoryBytes
  const buckets = Math.min(mostBuckets, 2 ** Math.ceil(Math.log2(Math.max(1, wanted))))
  await using members = new Spill({
    dir: context.scratchDir,
    prefix: 'members',
    bucketCount: buckets,
    recordBytes: entryBytes,
    memoryBytes: context.memoryBytes / 16,
  })
  const width = Math.ceil(context.totalRecords / buckets)
  let number = 0
  for await (const { partitionIndex, records, firstRow } of context.signatures()) {
    context.progress?.()
    const count = records.length / recordBytes
    for (let row = 0; row < count; row++, number++) {
      const isLeast = sets.isLeast(number)
      if (!isLeast) context.drop(partitionIndex, firstRow + row)
      // A sample that stays is one of a cluster only where another goes, which is not known yet.
      if (isLeast && placeAt === undefined) continue
      const root = sets.leastOf(number)
      const bucket = Math.floor(root / width)
      if (members.isFull(bucket)) await members.flush(bucket)
      const { buffer, offset } = members.reserve(bucket)
      buffer.writeUInt32LE(root, offset)
      buffer.writeUInt32LE(number, offset + 4)
      buffer.writeUInt32LE(partitionIndex, offset + 8)
      if (placeAt !== undefined) {
        const from = row * recordBytes + placeAt
        buffer.set(records.subarray(from, from + placeBytes), offset + 12)
      }
    }
  }
  await tellClusters(context, members, placeAt !== undefined)
}

async function tellClusters(context: DropContext, members: Spill, isShown: boolean): Promise<void> {
  let clusters = 0
  let largest = 0
  for (let bucket = 0; bucket < members.bucketCount; bucket++) {
    const shown = new Map<number, Buffer[]>()
    const counts = new Map<number, number>()
    for await (const piece of members.read(bucket)) {
      context.progress?.()
      for (let at = 0; at < piece.length; at += entryBytes) {
        const root = piece.readUInt32LE(at)
        counts.set(root, (counts.get(root) ?? (isShown ? 0 : 1)) + 1)
        if (!isShown) continue
        const all = shown.get(root) ?? []
        all.push(Buffer.from(piece.subarray(at, at + entryBytes)))
        shown.set(root, all)
      }
    }
    for (const [root, count] of counts) {
      if (count < 2) continue
      clusters++
      largest = Math.max(largest, count)
      if (isShown) context.writeLine?.(lineOf(context, shown.get(root)!))
    }
    await members.drop(bucket)
  }
  if (clusters === 0) return
  context.note?.('clusters', clusters)
  context.note?.('largest_cluster', largest)
}

function lineOf(context: DropContext, members: readonly Buffer[]): JsonObject {
  const places = members.map(member => readPlace(member, 12, context.pathsOf?.(member.readUInt32LE(8)) ?? []))
  const [kept, ...dropped] = places
  return { size: places.length, kept, dropped }
}
