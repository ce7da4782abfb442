import {
  type ColumnType,
  isScalar,
  type ListType,
  type MapType,
  type ScalarType,
  type StructType,
} from '../../core/columns.js'
import { scanItems } from '../../util/json-members.js'
import { decodeUtf8 } from '../../util/utf8.js'
import { type ExactValue, readExact } from './exact-values.js'
import { mapKeyText } from './map-keys.js'
import { readSmallInt } from './small-int.js'
import { decodeString, visitRow } from './visit-row.js'

/**
 * A value of a column: `bool` boolean, `int64` bigint, `double` number, `text` and `json` UTF-8 bytes, lists
 * arrays, structs objects without a prototype that hold every field, maps arrays of objects with `key` and `value`.
 */
export type ColumnValue = boolean | ExactValue | readonly (ColumnValue | null)[] | StructValue

export interface StructValue {
  readonly [field: string]: ColumnValue | null
}

/** Reads the JSON value in a range as one of a column's type. */
export function readValue(type: ColumnType, bytes: Buffer, start: number, end: number): ColumnValue | null {
  if (bytes[start] === 0x6e) return null
  if (isScalar(type)) return readScalar(type, bytes, start, end)
  if ('items' in type) return readList(type, bytes, start, end)
  return 'fields' in type ? readStruct(type, bytes, start, end) : readMap(type, bytes, start, end)
}

function readScalar(type: ScalarType, bytes: Buffer, start: number, end: number): ColumnValue {
  if (typeof type !== 'string') {
    const value = readExact(type, bytes, start, end)
    if (value === undefined) throw new TypeError(`a value does not fit the ${type.exact} that the schema says`)
    return value
  }
  switch (type) {
    case 'text':
      return readText(bytes, start, end)
    case 'json':
      return Buffer.from(bytes.subarray(start, end))
    case 'int64':
      return BigInt(readSmallInt(bytes, start, end) ?? decodeUtf8(bytes, start, end))
    case 'double':
      return readSmallInt(bytes, start, end) ?? Number(decodeUtf8(bytes, start, end))
    case 'bool':
      return bytes[start] === 0x74
  }
}

function readText(bytes: Buffer, start: number, end: number): Buffer {
  const inner = bytes.subarray(start + 1, end - 1)
  return inner.indexOf(0x5c) < 0 ? Buffer.from(inner) : Buffer.from(decodeString(bytes, start, end))
}

function readList({ items }: ListType, bytes: Buffer, start: number, end: number): ColumnValue {
  const values: (ColumnValue | null)[] = []
  scanItems(bytes, start, end, (itemStart, itemEnd) => values.push(readValue(items, bytes, itemStart, itemEnd)))
  return values
}

function readStruct({ fields }: StructType, bytes: Buffer, start: number, end: number): ColumnValue {
  const types = typesOf(fields)
  const struct: Record<string, ColumnValue | null> = Object.create(null)
  visitRow(bytes, start, end, (name, valueStart, valueEnd) => {
    struct[name] = readValue(types.get(name)!, bytes, valueStart, valueEnd)
  })
  return struct
}

function readMap({ keys, values }: MapType, bytes: Buffer, start: number, end: number): ColumnValue {
  const entries: StructValue[] = []
  visitRow(bytes, start, end, (name, valueStart, valueEnd) => {
    const key = mapKeyText(keys, name) ?? Buffer.from(JSON.stringify(name))
    entries.push({
      key: readValue(keys, key, 0, key.length),
      value: readValue(values, bytes, valueStart, valueEnd),
    })
  })
  return entries
}

const typesByName = new WeakMap<StructType['fields'], ReadonlyMap<string, ColumnType>>()

function typesOf(fields: StructType['fields']): ReadonlyMap<string, ColumnType> {
  const known = typesByName.get(fields)
  if (known !== undefined) return known
  const types = new Map(fields.map(({ name, type }) => [name, type]))
  typesByName.set(fields, types)
  return types
}
