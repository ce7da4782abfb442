import { isJsonObject, type JsonValue } from '../core/json.js'
import type { Sample } from '../core/sample.js'
import { SampleError } from '../core/sample-error.js'

/**
 * The value at a dotted path, each part a key of its own.
 *
 * @throws {SampleError} where a part is missing
 */
export function fieldAt(sample: Sample, path: string): JsonValue {
  let value: JsonValue = sample.value
  for (const key of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key))
      throw new SampleError('bad_value', `there is no field "${key}" on the path "${path}"`)
    value = value[key]
  }
  return value
}
