import type { SchemaElement } from 'hyparquet'
import { type ExactType, isScalar, type RowColumn, type ScalarType, type TimeUnit } from '../../core/columns.js'

/** A column in the schema of a Parquet file, before the parts it consists of. */
export function elementsOf(
  { name, type }: RowColumn,
  repetition: 'OPTIONAL' | 'REQUIRED' = 'OPTIONAL',
): SchemaElement[] {
  const head = { name, repetition_type: repetition }
  if (isScalar(type)) return [{ ...head, ...scalarElement(type) }]
  if ('fields' in type)
    return [{ ...head, num_children: type.fields.length }, ...type.fields.flatMap(field => elementsOf(field))]
  if ('items' in type)
    return [
      { ...head, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf({ name: 'element', type: type.items }),
    ]
  return [
    { ...head, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    ...elementsOf({ name: 'key', type: type.keys }, 'REQUIRED'),
    ...elementsOf({ name: 'value', type: type.values }),
  ]
}

function scalarElement(type: ScalarType): Omit<SchemaElement, 'name'> {
  if (typeof type !== 'string') return exactElement(type)
  switch (type) {
    case 'bool':
      return { type: 'BOOLEAN' }
    case 'int64':
      return { type: 'INT64' }
    case 'double':
      return { type: 'DOUBLE' }
    case 'text':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8' }
    case 'json':
      return { type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } }
  }
}

/** Parquet has no seconds. */
const parquetUnits = { SECONDS: 'MILLIS', MILLIS: 'MILLIS', MICROS: 'MICROS', NANOS: 'NANOS' } as const

/** The unit that Parquet holds a time in. */
export function parquetUnit(unit: TimeUnit): 'MILLIS' | 'MICROS' | 'NANOS' {
  return parquetUnits[unit]
}

function exactElement(type: ExactType): Omit<SchemaElement, 'name'> {
  switch (type.exact) {
    case 'int':
      // By its older name alone: the library spells the newer one so that other readers refuse the file.
      return {
        type: type.bits === 64 ? 'INT64' : 'INT32',
        converted_type: `${type.isSigned ? 'INT' : 'UINT'}_${type.bits}`,
      }
    case 'float32':
      return { type: 'FLOAT' }
    case 'decimal': {
      const { precision, scale } = type
      const bytes = Math.ceil((precision * Math.log2(10) + 1) / 8)
      const annotation = { converted_type: 'DECIMAL', precision, scale } as const
      return {
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: bytes,
        ...annotation,
        logical_type: { type: 'DECIMAL', precision, scale },
      }
    }
    case 'date':
      return { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }
    case 'time': {
      const unit = parquetUnit(type.unit)
      return {
        type: unit === 'MILLIS' ? 'INT32' : 'INT64',
        logical_type: { type: 'TIME', isAdjustedToUTC: false, unit },
      }
    }
    case 'timestamp':
      return {
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: type.zone !== null, unit: parquetUnit(type.unit) },
      }
    case 'duration':
      return { type: 'INT64' }
    case 'binary':
      return type.size === null ? { type: 'BYTE_ARRAY' } : { type: 'FIXED_LEN_BYTE_ARRAY', type_length: type.size }
    case 'uuid':
      return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } }
  }
}
