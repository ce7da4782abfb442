/**
 * Where a sample came from: which partition, and the how-manieth sample of it (from 0). A mapper that
 * makes several samples of one extends `branch` by the index of each, so that origins stay unique and ordered.
 */
export interface Origin {
  readonly partition: string
  readonly ordinal: number
  readonly branch?: readonly number[]
}

/** The origin of the `index`-th sample that was made of the sample at `origin`. */
export function descend(origin: Origin, index: number): Origin {
  return { ...origin, branch: [...(origin.branch ?? []), index] }
}

/** The part of an origin that a checkpoint row stores: `12`, or `[12, 0, 3]` for a descendant. */
export type OriginPath = number | readonly number[]

export function originPath(origin: Origin): OriginPath {
  return origin.branch === undefined ? origin.ordinal : [origin.ordinal, ...origin.branch]
}

export function originAt(partition: string, path: OriginPath): Origin {
  if (typeof path === 'number') return { partition, ordinal: path }
  const [ordinal, ...branch] = path
  return { partition, ordinal, branch }
}
