import type { SchemaElement } from 'hyparquet'
import type { ColumnType, RowSchema, ScalarType, TimeUnit } from '../../core/columns.js'
import { isList, isMap, isRepeated, listElement, repeatedChild, type SchemaNode } from './schema-node.js'

/** The columns of a file with their types, as far as those can be kept in an export. */
export function declaredColumns(columns: readonly SchemaNode[]): RowSchema {
  return columns.flatMap(node => {
    const type = declaredType(node)
    return type === undefined ? [] : [{ name: node.name, type }]
  })
}

function declaredType(node: SchemaNode): ColumnType | undefined {
  const type = contentType(node)
  return isRepeated(node) && type !== undefined ? { items: type } : type
}

function contentType(node: SchemaNode): ColumnType | undefined {
  if (node.children.length === 0) return leafType(node.element)
  if (node.element.logical_type?.type === 'VARIANT') return undefined
  const repeated = isList(node) || isMap(node) ? repeatedChild(node) : undefined
  if (repeated === undefined) return { fields: declaredColumns(node.children) }
  return isMap(node) ? mapType(repeated) : listType(node, repeated)
}

function listType(list: SchemaNode, repeated: SchemaNode): ColumnType | undefined {
  const element = listElement(list, repeated)
  const items = element === repeated ? contentType(repeated) : declaredType(element)
  return items && { items }
}

function mapType(repeated: SchemaNode): ColumnType | undefined {
  if (repeated.children.length !== 2) return undefined
  const [keys, values] = repeated.children.map(declaredType)
  return keys && values && { keys, values }
}

function leafType(element: SchemaElement): ScalarType | undefined {
  const { type, converted_type, logical_type } = element
  const kind = logical_type?.type
  if (converted_type === 'DECIMAL' || kind === 'DECIMAL') {
    const { precision = 38, scale = 0 } = kind === 'DECIMAL' ? logical_type : element
    return { exact: 'decimal', precision, scale }
  }
  if (converted_type === 'DATE' || kind === 'DATE') return { exact: 'date', isMillis: false }
  if (kind === 'TIME') return { exact: 'time', unit: logical_type.unit }
  if (kind === 'TIMESTAMP')
    return { exact: 'timestamp', unit: logical_type.unit, zone: logical_type.isAdjustedToUTC ? 'UTC' : null }
  if (converted_type?.startsWith('TIME')) {
    const unit: TimeUnit = converted_type.endsWith('MICROS') ? 'MICROS' : 'MILLIS'
    return converted_type.startsWith('TIMESTAMP') ? { exact: 'timestamp', unit, zone: 'UTC' } : { exact: 'time', unit }
  }
  switch (type) {
    case 'BOOLEAN':
      return 'bool'
    case 'INT32':
    case 'INT64':
      return intType(element)
    case 'INT96':
      return { exact: 'timestamp', unit: 'NANOS', zone: 'UTC' }
    case 'FLOAT':
      return { exact: 'float32' }
    case 'DOUBLE':
      return 'double'
    default:
      return bytesType(element)
  }
}

function intType({ type, converted_type, logical_type }: SchemaElement): ScalarType {
  const byName = /^(U?)INT_(\d+)$/.exec(converted_type ?? '')
  const isLogical = logical_type?.type === 'INTEGER'
  const bits = isLogical ? logical_type.bitWidth : byName ? Number(byName[2]) : type === 'INT64' ? 64 : 32
  const isSigned = isLogical ? logical_type.isSigned : byName?.[1] !== 'U'
  return bits === 64 && isSigned ? 'int64' : { exact: 'int', bits: bits as 8 | 16 | 32 | 64, isSigned }
}

function bytesType({ type, type_length, converted_type, logical_type }: SchemaElement): ScalarType | undefined {
  const kind = logical_type?.type
  if (converted_type === 'JSON' || kind === 'JSON') return 'json'
  if (converted_type === 'UTF8' || converted_type === 'ENUM' || kind === 'STRING' || kind === 'ENUM') return 'text'
  if (kind === 'UUID') return { exact: 'uuid' }
  if (kind === 'FLOAT16') return { exact: 'float32' }
  if (converted_type === 'INTERVAL') return undefined
  return { exact: 'binary', size: type === 'FIXED_LEN_BYTE_ARRAY' ? (type_length ?? null) : null }
}
