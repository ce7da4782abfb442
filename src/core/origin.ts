/**
 * Where a sample came from: which partition, and the how-manieth record of it (from 0). A mapper that
 * makes several samples of one extends `branch` by the index of each, so that origins stay unique and ordered.
 */
export interface Origin {
  readonly partition: string
  readonly ordinal: number
  readonly branch?: readonly number[]
  /** Which of the partition's slices, by index. */
  readonly slice: number
  /** Line (or record number) in that slice, from 1. */
  readonly line: number
  /** Byte offset in the file, or -1 where the format has none. */
  readonly offset: number
}

/** The origin of the `index`-th sample that was made of the sample at `origin`. */
export function descend(origin: Origin, index: number): Origin {
  return { ...origin, branch: [...(origin.branch ?? []), index] }
}

/** What a checkpoint row stores of an origin: `[ordinal, slice, line, offset, ...branch]`. */
export function originToRow({ ordinal, slice, line, offset, branch }: Origin): string {
  const own = `[${ordinal},${slice},${line},${offset}`
  return branch === undefined ? `${own}]` : `${own},${branch.join(',')}]`
}

export function originFromRow(partition: string, text: string): Origin {
  const [ordinal, slice, line, offset, ...branch] = JSON.parse(text) as number[]
  const origin = { partition, ordinal, slice, line, offset }
  return branch.length === 0 ? origin : { ...origin, branch }
}

/** The origin of samples that come from no dataset, as in tests and library use. */
export const nowhere: Origin = { partition: 'memory', ordinal: 0, slice: 0, line: 1, offset: -1 }
