/** A regular expression or replacement that Python would refuse, or that Pawl cannot run as Python would. */
export class PatternError extends Error {
  override readonly name = 'PatternError'

  constructor(
    readonly pattern: string,
    readonly offset: number,
    what: string,
  ) {
    super(`regular expression ${JSON.stringify(pattern)}: ${what} at position ${offset}`)
  }
}
