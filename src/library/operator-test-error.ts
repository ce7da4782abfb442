/** An operator does not do what its cases say. */
export class OperatorTestError extends Error {
  override readonly name = 'OperatorTestError'
  readonly code = 'operator_test_failed'

  constructor(
    readonly operator: string,
    /** One sentence a case that came out otherwise. */
    readonly problems: readonly string[],
  ) {
    super(`${operator}: ${problems.join('\n')}`)
  }
}
