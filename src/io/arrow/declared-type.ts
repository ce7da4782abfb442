import { TimeUnit as ArrowUnit, DataType, type Field } from 'apache-arrow'
import type { ColumnType, RowSchema, ScalarType, TimeUnit } from '../../core/columns.js'
import { holdsJson } from './fields.js'

export const columnUnits: Readonly<Record<number, TimeUnit>> = {
  [ArrowUnit.SECOND]: 'SECONDS',
  [ArrowUnit.MILLISECOND]: 'MILLIS',
  [ArrowUnit.MICROSECOND]: 'MICROS',
  [ArrowUnit.NANOSECOND]: 'NANOS',
}

/** The columns of a file with their types, as far as those can be kept in an export. */
export function declaredColumns(fields: readonly Field[]): RowSchema {
  return fields.flatMap(field => {
    const type = declaredType(field)
    return type === undefined ? [] : [{ name: (field.name as string | null) ?? '', type }]
  })
}

function declaredType(field: Field): ColumnType | undefined {
  if (holdsJson(field)) return 'json'
  return nestedType(field.type) ?? scalarType(field.type)
}

function nestedType(type: DataType): ColumnType | undefined {
  if (DataType.isStruct(type)) return { fields: declaredColumns(type.children) }
  if (DataType.isMap(type)) {
    const [keys, values] = (type.children[0].type as DataType).children.map(declaredType)
    return keys && values && { keys, values }
  }
  if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type)) {
    const items = declaredType((type as DataType).children[0])
    return items && { items }
  }
  return DataType.isDictionary(type) ? (nestedType(type.dictionary) ?? scalarType(type.dictionary)) : undefined
}

function scalarType(type: DataType): ScalarType | undefined {
  if (DataType.isBool(type)) return 'bool'
  if (DataType.isInt(type))
    return type.bitWidth === 64 && type.isSigned
      ? 'int64'
      : { exact: 'int', bits: type.bitWidth as 8 | 16 | 32 | 64, isSigned: type.isSigned }
  if (DataType.isFloat(type)) return type.precision === 2 ? 'double' : { exact: 'float32' }
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) return 'text'
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type))
    return { exact: 'binary', size: null }
  if (DataType.isFixedSizeBinary(type)) return { exact: 'binary', size: type.byteWidth }
  if (DataType.isDecimal(type)) return { exact: 'decimal', precision: type.precision, scale: type.scale }
  if (DataType.isDate(type)) return { exact: 'date', isMillis: type.unit === 1 }
  if (DataType.isTime(type)) return { exact: 'time', unit: columnUnits[type.unit] }
  if (DataType.isTimestamp(type))
    return { exact: 'timestamp', unit: columnUnits[type.unit], zone: type.timezone ?? null }
  return DataType.isDuration(type) ? { exact: 'duration', unit: columnUnits[type.unit] } : undefined
}
