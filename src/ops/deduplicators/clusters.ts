import type { DropContext } from '../../core/operator.js'
import type { DisjointSets } from '../../util/disjoint-sets.js'

/** Drops every sample but the earliest of its set, where samples are numbered in the order of the input. */
export async function dropAllButLeast(context: DropContext, sets: DisjointSets, recordBytes: number): Promise<void> {
  let number = 0
  for await (const { partitionIndex, records, firstRow } of context.signatures()) {
    context.progress?.()
    const count = records.length / recordBytes
    for (let row = 0; row < count; row++) if (!sets.isLeast(number++)) context.drop(partitionIndex, firstRow + row)
  }
}
