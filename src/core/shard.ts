import { createHash } from 'node:crypto'

/** A process's share of a job: the units whose hash leaves `index` over where it is divided by `count`. */
export interface Shard {
  /** From 0 to `count - 1`. */
  readonly index: number
  readonly count: number
}

/** The shard that a unit belongs to: the same for every process, whatever others there are. */
export function shardOf(id: string, count: number): number {
  return createHash('sha256').update(id).digest().readUIntBE(0, 6) % count
}
