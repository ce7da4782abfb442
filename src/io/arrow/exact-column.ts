import { Binary, type Data, makeData } from 'apache-arrow'
import type { ExactType } from '../../core/columns.js'
import type { ColumnValue } from '../columns/read-value.js'
import { arrowType } from './arrow-type.js'
import { makeTextColumn } from './text-column.js'
import { validityOf } from './validity.js'

type Values = readonly (ColumnValue | null)[]

/** Values of an exact type as Arrow data, laid out here: the library's builders convert, and so lose digits. */
export function makeExactColumn(type: ExactType, values: Values): Data {
  if (type.exact === 'binary' && type.size === null) {
    const { length, nullBitmap, nullCount, valueOffsets, values: data } = makeTextColumn(values as (Buffer | null)[])
    return makeData({ type: new Binary(), length, nullBitmap, nullCount, valueOffsets, data })
  }
  const data = layOut(type, values)
  return makeData({ type: arrowType(type), length: values.length, ...validityOf(values), data } as never) as Data
}

function layOut(type: ExactType, values: Values): ArrayBufferView {
  switch (type.exact) {
    case 'int':
      return fill(new (intArray(type.bits, type.isSigned))(values.length) as NumberArray, values)
    case 'float32':
      return fill(new Float32Array(values.length), values)
    case 'date':
      return type.isMillis
        ? fill(
            new BigInt64Array(values.length),
            values.map(value => (value === null ? null : BigInt(value as number) * 86_400_000n)),
          )
        : fill(new Int32Array(values.length), values)
    case 'time':
      return type.unit === 'SECONDS' || type.unit === 'MILLIS'
        ? fill(
            new Int32Array(values.length),
            values.map(value => (value === null ? null : Number(value))),
          )
        : fill(new BigInt64Array(values.length), values)
    case 'timestamp':
    case 'duration':
      return fill(new BigInt64Array(values.length), values)
    case 'decimal':
      return layOutDecimals(values as readonly (bigint | null)[], type.precision > 38 ? 8 : 4)
    case 'binary':
    case 'uuid':
      return layOutBytes(values as readonly (Buffer | null)[], type.exact === 'uuid' ? 16 : (type.size as number))
  }
}

type NumberArray = { [index: number]: number | bigint } & ArrayBufferView

function fill<T extends ArrayBufferView>(target: T, values: Values): T {
  const cells = target as unknown as NumberArray
  for (const [index, value] of values.entries()) if (value !== null) cells[index] = value as number | bigint
  return target
}

function intArray(bits: 8 | 16 | 32 | 64, isSigned: boolean) {
  switch (bits) {
    case 8:
      return isSigned ? Int8Array : Uint8Array
    case 16:
      return isSigned ? Int16Array : Uint16Array
    case 32:
      return isSigned ? Int32Array : Uint32Array
    case 64:
      return isSigned ? BigInt64Array : BigUint64Array
  }
}

function layOutDecimals(values: readonly (bigint | null)[], words: number): Uint32Array {
  const target = new Uint32Array(values.length * words)
  for (const [index, value] of values.entries())
    for (let word = 0; value !== null && word < words; word++)
      target[index * words + word] = Number(BigInt.asUintN(32, value >> BigInt(32 * word)))
  return target
}

function layOutBytes(values: readonly (Buffer | null)[], size: number): Uint8Array {
  const target = new Uint8Array(values.length * size)
  for (const [index, value] of values.entries()) if (value !== null) target.set(value, index * size)
  return target
}
