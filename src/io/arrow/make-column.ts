import { type Data, type DataType, type List, type Map_, makeData, type Struct, vectorFromArray } from 'apache-arrow'
import { type ColumnType, isScalar, type ListType, type MapType, type StructType } from '../../core/columns.js'
import type { ColumnValue, StructValue } from '../columns/read-value.js'
import { arrowType } from './arrow-type.js'
import { makeExactColumn } from './exact-column.js'
import { makeTextColumn } from './text-column.js'
import { validityOf } from './validity.js'

type Values = readonly (ColumnValue | null)[]

/** The values of a column, or of a part of one, as Arrow data. */
export function makeColumn(type: ColumnType, values: Values): Data {
  if (type === 'text' || type === 'json') return makeTextColumn(values as (Buffer | null)[])
  if (isScalar(type)) {
    if (typeof type !== 'string') return makeExactColumn(type, values)
    return values.length === 0
      ? makeData({ type: arrowType(type) as DataType, length: 0 } as never)
      : vectorFromArray(values as unknown[], arrowType(type)).data[0]
  }
  if ('items' in type) return makeListColumn(type, values as readonly (Values | null)[])
  return 'fields' in type
    ? makeStructColumn(type, values as readonly (StructValue | null)[])
    : makeMapColumn(type, values as readonly (readonly StructValue[] | null)[])
}

function makeListColumn(type: ListType, values: readonly (Values | null)[]): Data {
  const { valueOffsets, items } = flatten(values)
  return makeData({
    type: arrowType(type) as List,
    length: values.length,
    ...validityOf(values),
    valueOffsets,
    child: makeColumn(type.items, items),
  })
}

function makeStructColumn(type: StructType, values: readonly (StructValue | null)[]): Data {
  const children = type.fields.map(field =>
    makeColumn(
      field.type,
      values.map(value => value?.[field.name] ?? null),
    ),
  )
  return makeData({ type: arrowType(type) as Struct, length: values.length, ...validityOf(values), children })
}

function makeMapColumn(type: MapType, values: readonly (readonly StructValue[] | null)[]): Data {
  const { valueOffsets, items } = flatten(values)
  const map = arrowType(type) as Map_
  const children = (['key', 'value'] as const).map(name =>
    makeColumn(
      name === 'key' ? type.keys : type.values,
      items.map(entry => entry[name] ?? null),
    ),
  )
  const entries = makeData({
    type: map.children[0].type as Struct,
    length: items.length,
    nullCount: 0,
    children,
  })
  return makeData({ type: map, length: values.length, ...validityOf(values), valueOffsets, child: entries as never })
}

function flatten<T>(lists: readonly (readonly T[] | null)[]): {
  readonly valueOffsets: Int32Array
  readonly items: T[]
} {
  const valueOffsets = new Int32Array(lists.length + 1)
  const items: T[] = []
  for (const [index, list] of lists.entries()) {
    for (const item of list ?? []) items.push(item)
    valueOffsets[index + 1] = items.length
  }
  return { valueOffsets, items }
}
