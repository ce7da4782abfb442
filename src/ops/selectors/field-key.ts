import { fields } from '../../core/fields.js'
import { isJsonObject, type JsonValue } from '../../core/json.js'
import type { Sample } from '../../core/sample.js'
import { SampleError } from '../../core/sample-error.js'
import { fieldAt } from '../field-value.js'

/**
 * The value at a dotted path; statistics are found where filters before it noted them.
 *
 * @throws {SampleError} where a part is missing
 */
export function selectedValue(sample: Sample, path: string): JsonValue {
  const [first, ...rest] = path.split('.')
  if (first !== fields.stats || rest.length === 0) return fieldAt(sample, path)
  let value: JsonValue = sample.stats
  for (const key of rest) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key))
      throw new SampleError('bad_value', `there is no statistic "${rest.join('.')}": no filter before measures it`)
    value = value[key]
  }
  return value
}

/**
 * A value that can be told from others: text, a number or null.
 *
 * @throws {SampleError} where the field holds a list or an object
 */
export function plainValue(sample: Sample, path: string): string | number | boolean | null {
  const value = selectedValue(sample, path)
  if (typeof value === 'object' && value !== null)
    throw new SampleError('bad_value', `field "${path}" holds ${Array.isArray(value) ? 'a list' : 'an object'}`)
  return value
}
