/**
 * A defect of one sample: it goes to quarantine (or fails the job, or is skipped, as the recipe's
 * `on_error` says) and costs no other sample anything. Any error that an operator throws is taken for one.
 */
export class SampleError extends Error {
  override readonly name = 'SampleError'

  constructor(
    readonly code:
      | 'field_not_text'
      | 'not_json'
      | 'not_utf8'
      | 'too_large'
      | 'bad_value'
      | 'bad_file'
      | 'file_missing'
      | 'killed_worker',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }

  static fieldIsNotText(key: string, value: unknown): SampleError {
    const found = value === undefined ? 'is missing' : `holds ${describeKind(value)}`
    return new SampleError('field_not_text', `field "${key}" ${found}, and this operator needs text there`)
  }
}

function describeKind(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
