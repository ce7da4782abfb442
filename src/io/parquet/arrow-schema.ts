import { Message, Schema } from 'apache-arrow'
import type { FileMetaData } from 'hyparquet'
import { type ColumnType, isScalar, type RowSchema } from '../../core/columns.js'
import { refuseUnknownTypes, schemaOfMessage } from '../arrow/check-schema.js'
import { declaredColumns } from '../arrow/declared-type.js'

const key = 'ARROW:schema'
const continuation = 0xffffffff

/** Columns with what Parquet has no type for (durations, names of time zones), where the writer left its Arrow schema in the file. */
export function withArrowTypes(columns: RowSchema, { key_value_metadata }: FileMetaData): RowSchema {
  const text = key_value_metadata?.find(entry => entry.key === key)?.value
  const arrow = text === undefined ? undefined : readSchema(Buffer.from(text, 'base64'))
  return arrow === undefined ? columns : refineAll(columns, arrow)
}

/** Undefined where the schema cannot be read: it only adds to what Parquet's own says. */
function readSchema(bytes: Buffer): RowSchema | undefined {
  const start = bytes.length >= 8 && bytes.readUInt32LE(0) === continuation ? 8 : 4
  const message = new Uint8Array(bytes.subarray(start))
  try {
    refuseUnknownTypes(key, schemaOfMessage(message), message.length)
    const header: unknown = Message.decode(message).header()
    return header instanceof Schema ? declaredColumns(header.fields) : undefined
  } catch {
    return undefined
  }
}

function refineAll(columns: RowSchema, arrow: RowSchema): RowSchema {
  const types = new Map(arrow.map(({ name, type }) => [name, type]))
  return columns.map(({ name, type }) => ({ name, type: refine(type, types.get(name)) }))
}

function refine(type: ColumnType, arrow: ColumnType | undefined): ColumnType {
  if (arrow === undefined) return type
  if (isScalar(type) || isScalar(arrow)) return refineScalar(type, arrow)
  if ('items' in type && 'items' in arrow) return { items: refine(type.items, arrow.items) }
  if ('fields' in type && 'fields' in arrow) return { fields: refineAll(type.fields, arrow.fields) }
  if ('keys' in type && 'keys' in arrow)
    return { keys: refine(type.keys, arrow.keys), values: refine(type.values, arrow.values) }
  return type
}

function refineScalar(type: ColumnType, arrow: ColumnType): ColumnType {
  if (typeof arrow !== 'object' || !('exact' in arrow)) return type
  if (type === 'int64') return arrow.exact === 'duration' ? arrow : type
  if (typeof type !== 'object' || !('exact' in type)) return type
  const isZoned = type.exact === 'timestamp' && arrow.exact === 'timestamp' && type.zone !== null && arrow.zone !== null
  return isZoned ? { ...type, zone: arrow.zone } : type
}
