/** A partition that could not be finished. */
export interface PartitionFailure {
  readonly partition: string
  readonly code: string
  readonly message: string
}

/** The job cannot be finished for a reason that the user must remove first. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure'
  /** Where single partitions failed: all of them. */
  readonly partitions: readonly PartitionFailure[]

  constructor(
    readonly code: string,
    message: string,
    { partitions = [], ...options }: ErrorOptions & { readonly partitions?: readonly PartitionFailure[] } = {},
  ) {
    super(message, options)
    this.partitions = partitions
  }
}

/** This process left a job that others go on with. */
export class JobLeft extends Error {
  override readonly name = 'JobLeft'
  readonly code = 'left'
}

/** The job was asked to stop. */
export class JobStopped extends Error {
  override readonly name = 'JobStopped'
  readonly code = 'stopped'
}
