import { isUtf8 } from 'node:buffer'
import type { TimeUnit } from '../../core/columns.js'
import { JsonSyntaxError, skipSpace, skipValue } from '../../util/json-scan.js'
import { decodeUtf8 } from '../../util/utf8.js'
import { compactJson } from '../json/compact.js'

/** A value that a typed column holds and JSON text cannot. */
export class BadValueError extends Error {
  override readonly name = 'BadValueError'
}

export const unitsPerSecond: Record<TimeUnit, bigint> = {
  SECONDS: 1n,
  MILLIS: 1_000n,
  MICROS: 1_000_000n,
  NANOS: 1_000_000_000n,
}

/** A JSON string of UTF-8 bytes. */
export function textToJson(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new BadValueError('a text value is not valid UTF-8')
  return JSON.stringify(decodeUtf8(toBuffer(bytes), 0, bytes.length))
}

/** As `textToJson`, of a column that holds bytes and is named as a text key. */
export function bytesAsText(column: string, bytes: Uint8Array): string {
  if (!isUtf8(bytes))
    throw new BadValueError(`column "${column}" holds bytes that are no UTF-8 here, and is named as a text key`)
  return textToJson(bytes)
}

/** A float; what is not finite by its name. */
export function floatToJson(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** No decimal has more digits before or behind its point: Arrow and Parquet know 76. A larger scale is damage, and would take minutes to be written out. */
const mostScale = 1_000

/**
 * A decimal with all its digits, such as 12.340.
 *
 * @throws {RangeError} where the scale is none that a file can mean
 */
export function decimalToJson(unscaled: bigint, scale: number): string {
  if (!(Math.abs(scale) <= mostScale)) throw new RangeError(`a decimal has the scale ${scale}`)
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale))
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Two's complement, most significant byte first. */
export function bigEndianToBigInt(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return BigInt.asIntN(bytes.length * 8, value)
}

/** Days since 1970 as `"2024-02-29"`. */
export function dateToJson(days: number): string {
  return `"${isoOfMillis(days * 86_400_000).slice(0, -'T00:00:00.000Z'.length)}"`
}

/** An instant in ISO 8601 with as many decimals as it needs; without a Z where it is local time. */
export function timestampToJson(value: bigint, unit: TimeUnit, isUtc: boolean): string {
  const perSecond = unitsPerSecond[unit]
  const fraction = ((value % perSecond) + perSecond) % perSecond
  const seconds = (value - fraction) / perSecond
  const whole = isoOfMillis(Number(seconds) * 1000).slice(0, -'.000Z'.length)
  return `"${whole}${decimals(fraction, unit)}${isUtc ? 'Z' : ''}"`
}

/** A time of day as `"13:45:00.25"`. */
export function timeToJson(value: bigint, unit: TimeUnit): string {
  const fraction = value % unitsPerSecond[unit]
  const whole = isoOfMillis(Number(value / unitsPerSecond[unit]) * 1000).slice(11, 19)
  return `"${whole}${decimals(fraction, unit)}"`
}

function decimals(fraction: bigint, unit: TimeUnit): string {
  if (fraction === 0n) return ''
  return `.${String(fraction).padStart(String(unitsPerSecond[unit]).length - 1, '0')}`.replace(/0+$/, '')
}

function isoOfMillis(millis: number): string {
  const date = new Date(millis)
  if (Number.isNaN(date.getTime())) throw new BadValueError('a date lies outside the years that can be written')
  return date.toISOString()
}

export function uuidToJson(bytes: Uint8Array): string {
  return JSON.stringify(
    toBuffer(bytes)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  )
}

/**
 * The JSON text of a map's key as the key of an object: a string as it is, anything else as a string of its text, such as
 * `"7"` or `"{\"x\":1}"`; NaN as `"null"`.
 */
export function keyJson(json: string): string {
  if (json.startsWith('"')) return json
  return json === 'NaN' ? '"null"' : JSON.stringify(json)
}

export function binaryToJson(bytes: Uint8Array): string {
  return `"${toBuffer(bytes).toString('base64')}"`
}

/** The JSON value that a JSON column holds as text; what is no JSON becomes a string. */
export function jsonToJson(bytes: Uint8Array): string {
  const text = toBuffer(bytes)
  if (!isUtf8(text)) throw new BadValueError('a JSON value is not valid UTF-8')
  try {
    const start = skipSpace(text, 0, text.length)
    const end = skipValue(text, start, text.length)
    if (skipSpace(text, end, text.length) < text.length) return textToJson(text)
    return compactJson(text, start, end).toString()
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return textToJson(text)
  }
}

export function halfToNumber(bits: number): number {
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * 2 ** -24 * fraction : sign * 2 ** (exponent - 25) * (1024 + fraction)
}

export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
