import { TimeUnit as ArrowUnit, type Data, DataType, type TypeMap, Vector } from 'apache-arrow'
import {
  binaryToJson,
  dateToJson,
  decimalToJson,
  floatToJson,
  jsonToJson,
  type TimeUnit,
  textToJson,
  timestampToJson,
  timeToJson,
} from '../columns/json-text.js'
import { holdsJson, keyOf } from './fields.js'

/** Gives the JSON text of the value at an index of a column's data. */
export type CellToJson = (index: number) => string

const units: Record<number, { unit: TimeUnit; factor: bigint }> = {
  [ArrowUnit.SECOND]: { unit: 'MILLIS', factor: 1000n },
  [ArrowUnit.MILLISECOND]: { unit: 'MILLIS', factor: 1n },
  [ArrowUnit.MICROSECOND]: { unit: 'MICROS', factor: 1n },
  [ArrowUnit.NANOSECOND]: { unit: 'NANOS', factor: 1n },
}

/** The conversion for one chunk of a column. `isJson` says that its text is JSON. */
export function cellToJson(data: Data, isJson = false): CellToJson {
  const convert = valueToJson(data, isJson)
  return index => (data.getValid(index) ? convert(index) : 'null')
}

function valueToJson(data: Data, isJson: boolean): CellToJson {
  const { type } = data
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) {
    const convert = isJson ? jsonToJson : textToJson
    return index => convert(variableBytes(data, index))
  }
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return index => binaryToJson(variableBytes(data, index))
  if (DataType.isInt(type)) return index => String(data.values[index])
  if (DataType.isFloat(type)) {
    const vector = new Vector([data])
    return index => floatToJson(vector.get(index) as number)
  }
  if (DataType.isDecimal(type))
    return index => decimalToJson(littleEndianToBigInt(data.values, index, type.bitWidth), type.scale)
  if (DataType.isDate(type)) {
    const vector = new Vector([data])
    return index => dateToJson(Math.floor(Number(vector.get(index)) / 86_400_000))
  }
  if (DataType.isTimestamp(type)) {
    const { unit, factor } = units[type.unit]
    return index => timestampToJson(BigInt(data.values[index]) * factor, unit, type.timezone != null)
  }
  if (DataType.isTime(type)) {
    const { unit, factor } = units[type.unit]
    return index => timeToJson(BigInt(data.values[index]) * factor, unit)
  }
  return nestedToJson(data)
}

function nestedToJson(data: Data): CellToJson {
  const { type } = data
  if (DataType.isStruct(type)) {
    const members = type.children.map((field, index) => [keyOf(field), partToJson(data, index)] as const)
    return index => `{${members.map(([key, convert]) => `${key}:${convert(index)}`).join(',')}}`
  }
  if (DataType.isMap(type)) return mapToJson(data)
  if (DataType.isList(type) || DataType.isLargeList(type)) {
    const item = partToJson(data, 0)
    return index => listToJson(item, Number(data.valueOffsets[index]), Number(data.valueOffsets[index + 1]))
  }
  if (DataType.isFixedSizeList(type)) {
    const item = partToJson(data, 0)
    const size = type.listSize
    return index => listToJson(item, (data.offset + index) * size, (data.offset + index + 1) * size)
  }
  if (DataType.isDictionary(type)) return dictionaryToJson(data)
  const vector = new Vector<TypeMap[string]>([data])
  if (DataType.isFixedSizeBinary(type)) return index => binaryToJson(vector.get(index) as Uint8Array)
  return index => JSON.stringify(vector.get(index), (_, value) => (typeof value === 'bigint' ? String(value) : value))
}

/** The conversion for a part of what a nested column holds. */
function partToJson({ type, children }: Data, index: number): CellToJson {
  return cellToJson(children[index], holdsJson(type.children[index]))
}

function listToJson(item: CellToJson, start: number, end: number): string {
  let text = '['
  for (let index = start; index < end; index++) text += (index > start ? ',' : '') + item(index)
  return `${text}]`
}

/** Maps become objects; a key that is no string is written as its JSON text. */
function mapToJson(data: Data): CellToJson {
  const [entries] = data.children
  const [keys, values] = [partToJson(entries, 0), partToJson(entries, 1)]
  return index => {
    const members: string[] = []
    for (let at = data.valueOffsets[index]; at < data.valueOffsets[index + 1]; at++) {
      const key = keys(at)
      members.push(`${key.startsWith('"') ? key : JSON.stringify(key)}:${values(at)}`)
    }
    return `{${members.join(',')}}`
  }
}

function dictionaryToJson(data: Data): CellToJson {
  const chunks = (data.dictionary as Vector).data.map(chunk => ({ length: chunk.length, convert: cellToJson(chunk) }))
  return index => {
    let key = Number(data.values[index])
    for (const { length, convert } of chunks) {
      if (key < length) return convert(key)
      key -= length
    }
    return 'null'
  }
}

function variableBytes({ values, valueOffsets }: Data, index: number): Uint8Array {
  return values.subarray(Number(valueOffsets[index]), Number(valueOffsets[index + 1]))
}

function littleEndianToBigInt(words: Uint32Array, index: number, bitWidth: number): bigint {
  const count = bitWidth / 32
  let value = 0n
  for (let word = count - 1; word >= 0; word--) value = (value << 32n) | BigInt(words[index * count + word])
  return BigInt.asIntN(bitWidth, value)
}
