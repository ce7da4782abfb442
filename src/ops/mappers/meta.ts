import { fields } from '../../core/fields.js'
import { isJsonObject, type JsonObject } from '../../core/json.js'
import type { Sample } from '../../core/sample.js'
import { SampleError } from '../../core/sample-error.js'

/**
 * What operators have noted about a sample (`__dj__meta__`); empty where nothing has.
 *
 * @throws {SampleError} where the field holds anything but an object
 */
export function metaOf(sample: Sample): JsonObject {
  const meta = sample.get([fields.meta]) ?? {}
  if (!isJsonObject(meta)) throw new SampleError('bad_value', `field "${fields.meta}" holds no object`)
  return meta
}

/** Adds notes to a sample. */
export function setMeta(sample: Sample, notes: JsonObject): void {
  sample.set([fields.meta], { ...metaOf(sample), ...notes })
}
