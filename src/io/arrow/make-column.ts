import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int64,
  List,
  makeData,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import type { ColumnValue, StructValue } from '../columns/read-value.js'
import type { ColumnType, ListType, RowColumn, StructType } from '../writer.js'
import { jsonExtension } from './fields.js'
import { makeTextColumn } from './text-column.js'
import { validityOf } from './validity.js'

/** The Arrow field of a column; what holds JSON text is marked so. */
export function toField({ name, type }: RowColumn): Field {
  return new Field(name, arrowType(type), true, type === 'json' ? jsonExtension : undefined)
}

function arrowType(type: ColumnType): DataType {
  if (typeof type !== 'string')
    return 'items' in type
      ? new List(toField({ name: 'item', type: type.items }))
      : new Struct(type.fields.map(toField))
  switch (type) {
    case 'bool':
      return new Bool()
    case 'int64':
      return new Int64()
    case 'double':
      return new Float64()
    case 'text':
    case 'json':
      return new Utf8()
  }
}

/** The values of a column, or of a part of one, as Arrow data. */
export function makeColumn(type: ColumnType, values: readonly (ColumnValue | null)[]): Data {
  if (type === 'text' || type === 'json') return makeTextColumn(values as (Buffer | null)[])
  if (typeof type === 'string') return vectorFromArray(values as unknown[], arrowType(type)).data[0]
  return 'items' in type
    ? makeListColumn(type, values as (readonly (ColumnValue | null)[] | null)[])
    : makeStructColumn(type, values as (StructValue | null)[])
}

function makeListColumn(type: ListType, values: readonly (readonly (ColumnValue | null)[] | null)[]): Data {
  const valueOffsets = new Int32Array(values.length + 1)
  const items: (ColumnValue | null)[] = []
  for (const [index, list] of values.entries()) {
    for (const item of list ?? []) items.push(item)
    valueOffsets[index + 1] = items.length
  }
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
