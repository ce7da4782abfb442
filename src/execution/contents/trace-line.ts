/** Where a sample stands in the input: the byte at which its record starts, or its number where files are not read by bytes. */
export interface SamplePlace {
  readonly path: string
  readonly offset?: number
  readonly record?: number
}

/** A line of a unit's trace: an example of what an operator did. */
export interface TraceLine {
  readonly op: number
  readonly hash: number
  readonly entry: unknown
  /** Of a sample that a barrier dropped. */
  readonly place?: SamplePlace
}
