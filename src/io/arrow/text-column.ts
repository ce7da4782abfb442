import { type Data, makeData, Utf8 } from 'apache-arrow'
import { validityOf } from './validity.js'

/** An Arrow column of the texts, copied once. */
export function makeTextColumn(values: readonly (Buffer | null)[]): Data<Utf8> {
  let size = 0
  for (const value of values) size += value?.length ?? 0
  const data = new Uint8Array(size)
  const valueOffsets = new Int32Array(values.length + 1)
  let at = 0
  for (const [index, value] of values.entries()) {
    if (value !== null) {
      data.set(value, at)
      at += value.length
    }
    valueOffsets[index + 1] = at
  }
  return makeData({ type: new Utf8(), length: values.length, ...validityOf(values), valueOffsets, data })
}

/** The texts of an Arrow column, not copied. */
export function* readTextColumn(data: Data<Utf8>): Generator<Buffer | null> {
  const { values, valueOffsets, length } = data
  for (let i = 0; i < length; i++) {
    const start = valueOffsets[i]
    yield data.getValid(i) ? Buffer.from(values.buffer, values.byteOffset + start, valueOffsets[i + 1] - start) : null
  }
}
