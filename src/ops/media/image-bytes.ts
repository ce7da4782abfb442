import type { JsonValue } from '../../core/json.js'
import type { Sample } from '../../core/sample.js'
import { text } from '../params.js'

export const imageKeyParam = text('images').describe('Field that lists the paths of the images.')

export const imageBytesKeyParam = text('image_bytes').describe(
  'Field that lists the bytes of the images, in base64 as columns of bytes are read. They count in place of the files.',
)

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The images that a sample carries itself, by place; undefined for those that it does not. */
export function carriedImages(sample: Sample, key: string): readonly (Buffer | undefined)[] {
  const values = sample.get(key)
  return Array.isArray(values) ? (values as readonly JsonValue[]).map(imageOf) : []
}

function imageOf(value: JsonValue): Buffer | undefined {
  return typeof value === 'string' && value !== '' && base64.test(value) ? Buffer.from(value, 'base64') : undefined
}
