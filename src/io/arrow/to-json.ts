import {
  type Data,
  DataType,
  type Field,
  type Interval,
  IntervalUnit,
  type Union,
  UnionMode,
  Vector,
} from 'apache-arrow'
import {
  BadValueError,
  binaryToJson,
  bytesAsText,
  dateToJson,
  decimalToJson,
  floatToJson,
  jsonToJson,
  keyJson,
  textToJson,
  timestampToJson,
  timeToJson,
} from '../columns/json-text.js'
import { columnUnits } from './declared-type.js'
import { holdsJson, keyOf } from './fields.js'

/** Gives the JSON text of the value at an index of a column's data. */
export type CellToJson = (index: number) => string

/** The conversion for one chunk of a column. `isJson` says that its text is JSON. */
export function cellToJson(data: Data, isJson = false): CellToJson {
  const convert = valueToJson(data, isJson)
  // A union has no nulls of its own.
  return DataType.isUnion(data.type) ? convert : index => (data.getValid(index) ? convert(index) : 'null')
}

/** The conversion for a column of bytes that is called `name` and holds text. */
export function bytesToText(name: string, data: Data): CellToJson {
  const { type } = data
  const isView = DataType.isBinaryView(type)
  if (!isView && !DataType.isBinary(type) && !DataType.isLargeBinary(type)) return cellToJson(data)
  const read = isView ? viewedBytes : variableBytes
  return index => (data.getValid(index) ? bytesAsText(name, read(data, index)) : 'null')
}

function valueToJson(data: Data, isJson: boolean): CellToJson {
  const { type } = data
  const textOf = isJson ? jsonToJson : textToJson
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return index => textOf(variableBytes(data, index))
  if (DataType.isUtf8View(type)) return index => textOf(viewedBytes(data, index))
  if (DataType.isBinaryView(type)) return index => binaryToJson(viewedBytes(data, index))
  if (DataType.isNull(type)) return () => 'null'
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
    const unit = columnUnits[type.unit]
    return index => timestampToJson(BigInt(data.values[index]), unit, type.timezone != null)
  }
  if (DataType.isTime(type)) {
    const unit = columnUnits[type.unit]
    return index => timeToJson(BigInt(data.values[index]), unit)
  }
  if (DataType.isDuration(type)) return index => String(data.values[index])
  if (DataType.isInterval(type)) return intervalToJson(data as Data<Interval>)
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
  if (DataType.isUnion(type)) return unionToJson(data as Data<Union>)
  if (DataType.isBool(type))
    return index => String(((data.values[(data.offset + index) >> 3] >> ((data.offset + index) & 7)) & 1) === 1)
  if (DataType.isFixedSizeBinary(type)) {
    const size = type.byteWidth
    return index => binaryToJson((data.values as Uint8Array).subarray(index * size, (index + 1) * size))
  }
  throw new Error(`values of type ${type} cannot be written as JSON`)
}

/** The value of the member that a row of a union names. */
function unionToJson(data: Data<Union>): CellToJson {
  const { type, children, typeIds, valueOffsets } = data
  const members = children.map((_, index) => partToJson(data, index))
  const isSparse = type.mode === UnionMode.Sparse
  return index => {
    const member = members[type.typeIdToChildIndex[typeIds[index]]]
    if (member === undefined) throw new BadValueError(`a union names a member ${typeIds[index]} that it does not have`)
    return member(isSparse ? index : valueOffsets[index])
  }
}

/** Counts that no number of days or seconds stands for: a month is as long as it is. */
function intervalToJson({ type, values }: Data<Interval>): CellToJson {
  const words = new Int32Array(values.buffer, values.byteOffset, values.byteLength >> 2)
  switch (type.unit as IntervalUnit) {
    case IntervalUnit.YEAR_MONTH:
      return index => JSON.stringify({ months: words[index] })
    case IntervalUnit.DAY_TIME:
      return index => JSON.stringify({ days: words[2 * index], milliseconds: words[2 * index + 1] })
    default:
      return index => {
        const [months, days, low, high] = words.subarray(4 * index, 4 * index + 4)
        const nanoseconds = (BigInt(high) << 32n) | BigInt(low >>> 0)
        return `{"months":${months},"days":${days},"nanoseconds":${nanoseconds}}`
      }
  }
}

const viewBytes = 16
const inlineBytes = 12

/** The bytes of a value that stands in its view, or in one of the buffers that go with them. */
function viewedBytes({ values, variadicBuffers }: Data, index: number): Uint8Array {
  const views = values as Uint8Array
  const at = index * viewBytes
  const view = new DataView(views.buffer, views.byteOffset + at, viewBytes)
  const length = view.getInt32(0, true)
  if (length < 0) throw new BadValueError('a value has a negative length')
  if (length <= inlineBytes) return views.subarray(at + 4, at + 4 + length)
  const start = view.getInt32(12, true)
  const bytes = variadicBuffers[view.getInt32(8, true)]?.subarray(start, start + length)
  if (bytes?.length !== length) throw new BadValueError('a value points outside of its buffers')
  return bytes
}

/** The conversion for a part of what a nested column holds. */
function partToJson({ type, children }: Data, index: number): CellToJson {
  return cellToJson(children[index], holdsJson(type.children[index] as Field))
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
      members.push(`${keyJson(key)}:${values(at)}`)
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
