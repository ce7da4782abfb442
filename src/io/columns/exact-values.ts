import type { ExactType, TimeUnit } from '../../core/columns.js'
import { unscaledOf } from './decimal-text.js'
import { binaryToJson, dateToJson, timestampToJson, timeToJson, unitsPerSecond, uuidToJson } from './json-text.js'

/** A value of an exact type: numbers of at most 32 bits and dates as numbers, larger ones as bigints, bytes as bytes. */
export type ExactValue = number | bigint | Buffer

/**
 * Reads the JSON text of a value as one of an exact type. Undefined where the type could not give it back as it
 * is, because something other than a reader of that type wrote it.
 */
export function readExact(type: ExactType, text: string): ExactValue | undefined {
  switch (type.exact) {
    case 'int':
      return readInt(text, type.bits, type.isSigned)
    case 'duration':
      return readInt(text, 64, true)
    case 'float32': {
      const value = Number(text)
      return text[0] !== '"' && (Number.isNaN(value) ? text === 'NaN' : Math.fround(value) === value)
        ? value
        : undefined
    }
    case 'decimal':
      return unscaledOf(text, type.precision, type.scale)
    case 'date': {
      const days = Date.parse(`${text.slice(1, -1)}T00:00:00Z`) / 86_400_000
      return Number.isInteger(days) && dateToJson(days) === text ? days : undefined
    }
    case 'time':
      return readTime(text, type.unit)
    case 'timestamp':
      return readTimestamp(text, type.unit, type.zone !== null)
    case 'binary': {
      if (text[0] !== '"') return undefined
      const value = Buffer.from(text.slice(1, -1), 'base64')
      const fits = type.size === null || value.length === type.size
      return fits && binaryToJson(value) === text ? value : undefined
    }
    case 'uuid': {
      const value = Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex')
      return value.length === 16 && uuidToJson(value) === text ? value : undefined
    }
  }
}

function readInt(text: string, bits: number, isSigned: boolean): ExactValue | undefined {
  if (!/^-?\d{1,20}$/.test(text) || text === '-0') return undefined
  const value = BigInt(text)
  const fits = isSigned ? BigInt.asIntN(bits, value) === value : BigInt.asUintN(bits, value) === value
  if (!fits) return undefined
  return bits === 64 ? value : Number(value)
}

function readTime(text: string, unit: TimeUnit): bigint | undefined {
  const match = /^"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?"$/.exec(text)
  if (match === null) return undefined
  const seconds = BigInt(Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]))
  const value = seconds * unitsPerSecond[unit] + fractionOf(match[4], unit)
  return timeToJson(value, unit) === text ? value : undefined
}

function readTimestamp(text: string, unit: TimeUnit, isUtc: boolean): bigint | undefined {
  const match = /^"([^.Z]+)(?:\.(\d{1,9}))?Z?"$/.exec(text)
  if (match === null) return undefined
  const millis = Date.parse(`${match[1]}Z`)
  if (Number.isNaN(millis)) return undefined
  const value = BigInt(millis / 1000) * unitsPerSecond[unit] + fractionOf(match[2], unit)
  const fits = BigInt.asIntN(64, value) === value
  return fits && timestampToJson(value, unit, isUtc) === text ? value : undefined
}

function fractionOf(digits: string | undefined, unit: TimeUnit): bigint {
  return (BigInt((digits ?? '').padEnd(9, '0')) * unitsPerSecond[unit]) / unitsPerSecond.NANOS
}
