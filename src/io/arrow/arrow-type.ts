import {
  Binary,
  Bool,
  type DataType,
  Date_,
  DateUnit,
  Decimal,
  Duration,
  Field,
  FixedSizeBinary,
  Float32,
  Float64,
  Int,
  Int64,
  List,
  Map_,
  Struct,
  Time,
  Timestamp,
  TimeUnit,
  Utf8,
} from 'apache-arrow'
import {
  type ColumnType,
  type TimeUnit as ColumnUnit,
  type ExactType,
  isScalar,
  type RowColumn,
} from '../../core/columns.js'
import { jsonExtension } from './fields.js'

/** The Arrow field of a column; what holds JSON text is marked so. */
export function toField({ name, type }: RowColumn, isNullable = true): Field {
  return new Field(name, arrowType(type), isNullable, type === 'json' ? jsonExtension : undefined)
}

export function arrowType(type: ColumnType): DataType {
  if (!isScalar(type)) {
    if ('items' in type) return new List(toField({ name: 'item', type: type.items }))
    if ('fields' in type) return new Struct(type.fields.map(field => toField(field)))
    const entry = [toField({ name: 'key', type: type.keys }, false), toField({ name: 'value', type: type.values })]
    return new Map_(new Field('entries', new Struct(entry), false) as never)
  }
  if (typeof type !== 'string') return exactType(type)
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

export const arrowUnits: Readonly<Record<ColumnUnit, TimeUnit>> = {
  SECONDS: TimeUnit.SECOND,
  MILLIS: TimeUnit.MILLISECOND,
  MICROS: TimeUnit.MICROSECOND,
  NANOS: TimeUnit.NANOSECOND,
}

function exactType(type: ExactType): DataType {
  switch (type.exact) {
    case 'int':
      return new Int(type.isSigned, type.bits)
    case 'float32':
      return new Float32()
    case 'decimal':
      return new Decimal(type.scale, type.precision, type.precision > 38 ? 256 : 128)
    case 'date':
      return new Date_(type.isMillis ? DateUnit.MILLISECOND : DateUnit.DAY)
    case 'time':
      return new Time(arrowUnits[type.unit], type.unit === 'SECONDS' || type.unit === 'MILLIS' ? 32 : 64)
    case 'timestamp':
      return new Timestamp(arrowUnits[type.unit], type.zone)
    case 'duration':
      return new Duration(arrowUnits[type.unit])
    case 'binary':
      return type.size === null ? new Binary() : new FixedSizeBinary(type.size)
    case 'uuid':
      return new FixedSizeBinary(16)
  }
}
