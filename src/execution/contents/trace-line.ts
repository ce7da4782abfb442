/** A line of a unit's trace: an example of what an operator did. */
export interface TraceLine {
  readonly op: number
  readonly hash: number
  readonly entry: unknown
}
