/** What is wrong with the input as a whole, as opposed to a defect of one record. */
export type InputErrorCode =
  | 'missing'
  | 'not_permitted'
  | 'no_files'
  | 'listed_twice'
  | 'special_file'
  | 'unknown_format'
  | 'wrong_kind'
  | 'bad_dataset_path'
  | 'bad_cut'
  | 'corrupt'
  | 'truncated'
  | 'changed'
  | 'unsupported'

/** A file, folder or pattern that cannot be read; the message names it and says what to do. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly path: string

  constructor(
    readonly code: InputErrorCode,
    message: string,
    { path, ...options }: ErrorOptions & { readonly path: string },
  ) {
    super(message, options)
    this.path = path
  }

  static corrupt(path: string, what: string, cause?: unknown): InputError {
    return new InputError(
      'corrupt',
      `${path}: ${what}; the file is damaged or not of this format: replace it, or leave it out of the input`,
      { path, cause },
    )
  }

  static truncated(path: string, what: string, cause?: unknown): InputError {
    return new InputError('truncated', `${path}: ${what}; fetch or write the file again, it is incomplete`, {
      path,
      cause,
    })
  }

  static changed(path: string): InputError {
    return new InputError(
      'changed',
      `${path} became shorter while it was read; let its writer finish, then run again`,
      { path },
    )
  }
}
