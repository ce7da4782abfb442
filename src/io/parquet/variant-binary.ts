import { decodeUtf8 } from '../../util/utf8.js'
import {
  BadValueError,
  binaryToJson,
  dateToJson,
  decimalToJson,
  floatToJson,
  textToJson,
  timestampToJson,
  timeToJson,
  uuidToJson,
} from '../columns/json-text.js'

/** The names that the fields of a variant's objects have, by number. */
export type VariantNames = readonly string[]

/** A value as JSON text, or the members of an object, each as JSON text. */
export type VariantValue = string | Map<string, string>

export function variantText(value: VariantValue): string {
  if (typeof value === 'string') return value
  return `{${[...value].map(([key, member]) => `${JSON.stringify(key)}:${member}`).join(',')}}`
}

/**
 * Reads the names out of a variant's metadata (the Parquet project's variant encoding, version 1).
 *
 * @throws {BadValueError} where it is damaged
 */
export function readVariantNames(bytes: Buffer): VariantNames {
  return guard(() => {
    const head = bytes.readUInt8(0)
    if ((head & 15) !== 1) throw new BadValueError(`a variant has metadata of version ${head & 15}, which is not known`)
    const width = (head >> 6) + 1
    const count = bytes.readUIntLE(1, width)
    const base = 1 + width * (count + 2)
    return Array.from({ length: count }, (_, index) => {
      const place = (at: number) => base + bytes.readUIntLE(1 + width * (1 + at), width)
      return decodeUtf8(bytes, place(index), place(index + 1))
    })
  })
}

/**
 * Decodes a variant value.
 *
 * @throws {BadValueError} where it is damaged or of an unknown type
 */
export function readVariant(bytes: Buffer, names: VariantNames): VariantValue {
  return guard(() => readAt(bytes, 0, names))
}

function guard<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) throw new BadValueError('a variant is damaged')
    throw error
  }
}

function readAt(bytes: Buffer, at: number, names: VariantNames): VariantValue {
  const head = bytes.readUInt8(at)
  const detail = head >> 2
  switch (head & 3) {
    case 0:
      return readPrimitive(bytes, at + 1, detail)
    case 1:
      return textToJson(slice(bytes, at + 1, detail))
    case 2:
      return readObject(bytes, at, names)
    default:
      return readArray(bytes, at, names)
  }
}

function slice(bytes: Buffer, from: number, length: number): Buffer {
  if (from + length > bytes.length) throw new RangeError('beyond the value')
  return bytes.subarray(from, from + length)
}

function readObject(bytes: Buffer, at: number, names: VariantNames): VariantValue {
  const detail = bytes[at] >> 2
  const from = at + 1
  const [offsetWidth, idWidth] = [(detail & 3) + 1, ((detail >> 2) & 3) + 1]
  const countWidth = ((detail >> 4) & 1) === 1 ? 4 : 1
  const count = bytes.readUIntLE(from, countWidth)
  const ids = from + countWidth
  const offsets = ids + count * idWidth
  const base = offsets + (count + 1) * offsetWidth
  const members = new Map<string, string>()
  for (let index = 0; index < count; index++) {
    const name = names[bytes.readUIntLE(ids + index * idWidth, idWidth)]
    if (name === undefined) throw new RangeError('a name that is not in the metadata')
    const offset = bytes.readUIntLE(offsets + index * offsetWidth, offsetWidth)
    members.set(name, variantText(readAt(bytes, base + offset, names)))
  }
  return members
}

function readArray(bytes: Buffer, at: number, names: VariantNames): string {
  const detail = bytes[at] >> 2
  const from = at + 1
  const offsetWidth = (detail & 3) + 1
  const countWidth = ((detail >> 2) & 1) === 1 ? 4 : 1
  const count = bytes.readUIntLE(from, countWidth)
  const offsets = from + countWidth
  const base = offsets + (count + 1) * offsetWidth
  const items: string[] = []
  for (let index = 0; index < count; index++)
    items.push(variantText(readAt(bytes, base + bytes.readUIntLE(offsets + index * offsetWidth, offsetWidth), names)))
  return `[${items.join(',')}]`
}

function readPrimitive(bytes: Buffer, at: number, type: number): string {
  switch (type) {
    case 0:
      return 'null'
    case 1:
      return 'true'
    case 2:
      return 'false'
    case 3:
      return String(bytes.readInt8(at))
    case 4:
      return String(bytes.readInt16LE(at))
    case 5:
      return String(bytes.readInt32LE(at))
    case 6:
      return String(bytes.readBigInt64LE(at))
    case 7:
      return floatToJson(bytes.readDoubleLE(at))
    case 8:
      return decimalToJson(BigInt(bytes.readInt32LE(at + 1)), bytes.readUInt8(at))
    case 9:
      return decimalToJson(bytes.readBigInt64LE(at + 1), bytes.readUInt8(at))
    case 10:
      return decimalToJson((bytes.readBigInt64LE(at + 9) << 64n) | bytes.readBigUInt64LE(at + 1), bytes.readUInt8(at))
    case 11:
      return dateToJson(bytes.readInt32LE(at))
    case 12:
    case 13:
      return timestampToJson(bytes.readBigInt64LE(at), 'MICROS', type === 12)
    case 14:
      return floatToJson(bytes.readFloatLE(at))
    case 15:
      return binaryToJson(slice(bytes, at + 4, bytes.readUInt32LE(at)))
    case 16:
      return textToJson(slice(bytes, at + 4, bytes.readUInt32LE(at)))
    case 17:
      return timeToJson(bytes.readBigInt64LE(at), 'MICROS')
    case 18:
    case 19:
      return timestampToJson(bytes.readBigInt64LE(at), 'NANOS', type === 18)
    case 20:
      return uuidToJson(slice(bytes, at, 16))
    default:
      throw new BadValueError(`a variant holds a value of type ${type}, which is not known`)
  }
}
