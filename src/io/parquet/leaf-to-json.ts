import type { SchemaElement } from 'hyparquet'
import type { TimeUnit } from '../../core/columns.js'
import {
  bigEndianToBigInt,
  binaryToJson,
  dateToJson,
  decimalToJson,
  floatToJson,
  halfToNumber,
  jsonToJson,
  textToJson,
  timestampToJson,
  timeToJson,
  toBuffer,
  uuidToJson,
} from '../columns/json-text.js'

/** Turns a primitive of a column into JSON text. */
export type ToJson = (value: unknown) => string

/** The conversion for a column of values. */
export function leafToJson(element: SchemaElement): ToJson {
  const { type, converted_type, logical_type } = element
  const kind = logical_type?.type
  if (converted_type === 'DECIMAL' || kind === 'DECIMAL')
    return decimals(element.scale ?? (logical_type?.type === 'DECIMAL' ? logical_type.scale : 0))
  if (converted_type === 'DATE' || kind === 'DATE') return value => dateToJson(value as number)
  if (kind === 'TIMESTAMP' || kind === 'TIME' || converted_type?.startsWith('TIME')) return times(element)
  switch (type) {
    case 'INT96':
      return value => timestampToJson(nanosOfInt96(value as bigint), 'NANOS', true)
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

/** Days of the Julian calendar in the upper 32 bits, nanoseconds of the day in the lower 64. */
function nanosOfInt96(value: bigint): bigint {
  return ((value >> 64n) - 2_440_588n) * 86_400_000_000_000n + BigInt.asUintN(64, value)
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
  if (kind === 'UUID') return value => uuidToJson(value as Uint8Array)
  if (converted_type === 'INTERVAL') return value => intervalToJson(toBuffer(value as Uint8Array))
  if (kind === 'FLOAT16')
    return value => floatToJson(halfToNumber((value as Uint8Array)[0] | ((value as Uint8Array)[1] << 8)))
  return value => binaryToJson(value as Uint8Array)
}

/** Three counts that no number of days or seconds stands for: a month is as long as it is. */
function intervalToJson(value: Buffer): string {
  const [months, days, milliseconds] = [0, 4, 8].map(at => value.readUInt32LE(at))
  return JSON.stringify({ months, days, milliseconds })
}
