import {
  type ColumnType,
  type ExactType,
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

/** Reads the JSON value `bytes[start, end)`. */
export type ReadValue = (bytes: Buffer, start: number, end: number) => ColumnValue | null

/** Reads JSON values as those of a column's type. */
export function valueReader(type: ColumnType): ReadValue {
  const read = presentReader(type)
  return (bytes, start, end) => (bytes[start] === 0x6e ? null : read(bytes, start, end))
}

/** Reads values that are not null. */
function presentReader(type: ColumnType): ReadValue {
  if (isScalar(type)) return scalarReader(type)
  if ('items' in type) return listReader(type)
  return 'fields' in type ? structReader(type) : mapReader(type)
}

function scalarReader(type: ScalarType): ReadValue {
  if (typeof type !== 'string') return exactReader(type)
  switch (type) {
    case 'text':
      return readText
    case 'json':
      return (bytes, start, end) => Buffer.from(bytes.subarray(start, end))
    case 'int64':
      return (bytes, start, end) => BigInt(readSmallInt(bytes, start, end) ?? decodeUtf8(bytes, start, end))
    case 'double':
      return (bytes, start, end) => readSmallInt(bytes, start, end) ?? Number(decodeUtf8(bytes, start, end))
    case 'bool':
      return (bytes, start) => bytes[start] === 0x74
  }
}

function exactReader(type: ExactType): ReadValue {
  return (bytes, start, end) => {
    const value = readExact(type, decodeUtf8(bytes, start, end))
    if (value === undefined) throw new TypeError(`a value does not fit the ${type.exact} that the schema says`)
    return value
  }
}

function readText(bytes: Buffer, start: number, end: number): Buffer {
  const inner = bytes.subarray(start + 1, end - 1)
  return inner.indexOf(0x5c) < 0 ? Buffer.from(inner) : Buffer.from(decodeString(bytes, start, end))
}

function listReader({ items }: ListType): ReadValue {
  const read = valueReader(items)
  return (bytes, start, end) => {
    const values: (ColumnValue | null)[] = []
    scanItems(bytes, { start, end }, (itemStart, itemEnd) => values.push(read(bytes, itemStart, itemEnd)))
    return values
  }
}

function structReader({ fields }: StructType): ReadValue {
  const readers = new Map(fields.map(({ name, type }) => [name, valueReader(type)]))
  return (bytes, start, end) => {
    const struct: Record<string, ColumnValue | null> = Object.create(null)
    visitRow(bytes, { start, end }, (name, valueStart, valueEnd) => {
      struct[name] = readers.get(name)!(bytes, valueStart, valueEnd)
    })
    return struct
  }
}

function mapReader({ keys, values }: MapType): ReadValue {
  const readKey = valueReader(keys)
  const read = valueReader(values)
  return (bytes, start, end) => {
    const entries: StructValue[] = []
    visitRow(bytes, { start, end }, (name, valueStart, valueEnd) => {
      const key = mapKeyText(keys, name) ?? Buffer.from(JSON.stringify(name))
      entries.push({ key: readKey(key, 0, key.length), value: read(bytes, valueStart, valueEnd) })
    })
    return entries
  }
}
