/** A function or a command is asked for something that is not there, or with a setting that makes no sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'bad_usage'
}
