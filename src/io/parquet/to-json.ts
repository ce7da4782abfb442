import type { SchemaElement, SchemaTree } from 'hyparquet'
import {
  bigEndianToBigInt,
  binaryToJson,
  dateToJson,
  decimalToJson,
  floatToJson,
  halfToNumber,
  jsonToJson,
  type TimeUnit,
  textToJson,
  timestampToJson,
  timeToJson,
} from '../columns/json-text.js'

/** Turns a value of a column, as hyparquet assembles it of primitives, into JSON text. */
export type ToJson = (value: unknown) => string

/** The conversion for a column or a part of one. */
export function toJsonOf(node: SchemaTree): ToJson {
  const one = node.children.length === 0 ? leafToJson(node.element) : groupToJson(node)
  // A repeated field without a LIST around it is a list of itself.
  const isBareList = node.element.repetition_type === 'REPEATED'
  const convert = isBareList ? listToJson(one) : one
  return value => (value === null || value === undefined ? 'null' : convert(value))
}

function groupToJson(node: SchemaTree): ToJson {
  const { converted_type, logical_type } = node.element
  if (logical_type?.type === 'VARIANT') return value => JSON.stringify(value)
  if (converted_type === 'LIST' || logical_type?.type === 'LIST') return listToJson(toJsonOf(listElement(node)))
  if (isMap(node.element)) return mapToJson(toJsonOf(node.children[0].children[1]))
  return structToJson(node)
}

/** Whether a group is a map; its keys become the keys of an object. */
export function isMap({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'MAP' || converted_type === 'MAP_KEY_VALUE' || logical_type?.type === 'MAP'
}

function listElement(node: SchemaTree): SchemaTree {
  const repeated = node.children[0]
  const element = repeated.children.length === 1 ? repeated.children[0] : repeated
  return { ...element, element: { ...element.element, repetition_type: 'OPTIONAL' } }
}

function listToJson(element: ToJson): ToJson {
  return value => {
    let text = '['
    for (const [index, item] of (value as unknown[]).entries()) text += (index > 0 ? ',' : '') + element(item)
    return `${text}]`
  }
}

function mapToJson(member: ToJson): ToJson {
  return value => {
    const members = Object.entries(value as object).map(([key, item]) => `${JSON.stringify(key)}:${member(item)}`)
    return `{${members.join(',')}}`
  }
}

function structToJson(node: SchemaTree): ToJson {
  const members = node.children.map(child => ({
    name: child.element.name,
    key: JSON.stringify(child.element.name),
    convert: toJsonOf(child),
  }))
  return value => {
    const struct = value as Record<string, unknown>
    return `{${members.map(({ name, key, convert }) => `${key}:${convert(struct[name])}`).join(',')}}`
  }
}

function leafToJson(element: SchemaElement): ToJson {
  const { type, converted_type, logical_type } = element
  const kind = logical_type?.type
  if (converted_type === 'DECIMAL' || kind === 'DECIMAL') return decimals(element.scale ?? 0)
  if (converted_type === 'DATE' || kind === 'DATE') return value => dateToJson(value as number)
  if (kind === 'TIMESTAMP' || kind === 'TIME' || converted_type?.startsWith('TIME')) return times(element)
  switch (type) {
    case 'INT96':
      return value => timestampToJson(value as bigint, 'NANOS', true)
    case 'INT32':
      return isUnsigned(element) ? value => String((value as number) >>> 0) : String
    case 'INT64':
      return isUnsigned(element) ? value => String(BigInt.asUintN(64, value as bigint)) : String
    case 'FLOAT':
    case 'DOUBLE':
      return value => floatToJson(value as number)
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return bytes(element)
    default:
      return String
  }
}

function isUnsigned({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type?.startsWith('UINT') || (logical_type?.type === 'INTEGER' && !logical_type.isSigned)
}

function decimals(scale: number): ToJson {
  return value =>
    decimalToJson(value instanceof Uint8Array ? bigEndianToBigInt(value) : BigInt(value as number | bigint), scale)
}

function times({ converted_type, logical_type }: SchemaElement): ToJson {
  const isTime = logical_type?.type === 'TIME' || converted_type?.startsWith('TIME_')
  const isLogical = logical_type?.type === 'TIMESTAMP' || logical_type?.type === 'TIME'
  const unit: TimeUnit = isLogical ? logical_type.unit : converted_type?.endsWith('MICROS') ? 'MICROS' : 'MILLIS'
  const isUtc = isLogical ? logical_type.isAdjustedToUTC : true
  return isTime
    ? value => timeToJson(BigInt(value as number | bigint), unit)
    : value => timestampToJson(BigInt(value as bigint), unit, isUtc)
}

function bytes({ converted_type, logical_type }: SchemaElement): ToJson {
  const kind = logical_type?.type
  if (converted_type === 'JSON' || kind === 'JSON') return value => jsonToJson(value as Uint8Array)
  if (converted_type === 'UTF8' || converted_type === 'ENUM' || kind === 'STRING' || kind === 'ENUM')
    return value => textToJson(value as Uint8Array)
  if (kind === 'UUID') return value => JSON.stringify(uuid(value as Uint8Array))
  if (kind === 'FLOAT16')
    return value => floatToJson(halfToNumber((value as Uint8Array)[0] | ((value as Uint8Array)[1] << 8)))
  return value => binaryToJson(value as Uint8Array)
}

function uuid(value: Uint8Array): string {
  return Buffer.from(value)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
