import { type Data, DataType, type RecordBatch, type Union, UnionMode, type Vector } from 'apache-arrow'

/** Rows of columns that have no buffers (all null) are bounded by nothing else. */
const mostEmptyRows = 2 ** 24

type Offsets = Int32Array | BigInt64Array

/**
 * Holds the columns of a record batch against their buffers. The library takes views of what is there, however short,
 * and the format's offsets as they are.
 *
 * @throws {Error} where values would lie outside of a buffer
 */
export function checkBatch({ numRows, data, schema }: RecordBatch): void {
  if (!(numRows >= 0 && Number.isSafeInteger(numRows))) throw new Error(`a record batch has ${numRows} rows`)
  if (schema.fields.length === 0 && numRows > mostEmptyRows)
    throw new Error(`a record batch without columns has ${numRows} rows`)
  for (const [index, { name }] of schema.fields.entries()) {
    const column = data.children[index]
    if (column === undefined) throw new Error(`column "${name}" is missing in a record batch`)
    try {
      checkData(column, numRows)
    } catch (error) {
      throw new Error(`column "${name}": ${(error as Error).message}`, { cause: error })
    }
  }
}

function checkData(data: Data, rows: number): void {
  const { type, length } = data
  if (!(length >= rows && Number.isSafeInteger(length))) throw new Error(`it has ${length} of ${rows} values`)
  const { children } = type as { readonly children?: readonly unknown[] | null }
  for (let index = 0; index < (children?.length ?? 0); index++)
    if (data.children[index] === undefined) throw new Error('a part of it is missing')
  if (DataType.isNull(type)) {
    if (rows > mostEmptyRows) throw new Error(`it has ${rows} nulls in one record batch`)
    return
  }
  if (data.nullCount > 0 && !DataType.isUnion(type)) expect(data.nullBitmap, Math.ceil(rows / 8), 'its nulls')
  if (hasOffsets(type)) checkVariable(data, rows)
  else if (DataType.isStruct(type)) for (const child of data.children) checkData(child, rows)
  else if (DataType.isFixedSizeList(type)) checkData(data.children[0], rows * type.listSize)
  else if (DataType.isUnion(type)) checkUnion(data, rows)
  else if (DataType.isBool(type)) expect(data.values, Math.ceil(rows / 8))
  else expect(data.values, rows * data.stride)
  if (DataType.isDictionary(type)) checkDictionary(data, rows)
}

function hasOffsets(type: DataType): boolean {
  return holdsBytes(type) || DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type)
}

function holdsBytes(type: DataType): boolean {
  return [DataType.isUtf8, DataType.isLargeUtf8, DataType.isBinary, DataType.isLargeBinary].some(is => is(type))
}

function checkVariable(data: Data, rows: number): void {
  if (rows === 0) return
  const offsets = data.valueOffsets as Offsets
  expect(offsets, rows + 1, 'its offsets')
  const end = checkOffsets(offsets, rows)
  if (holdsBytes(data.type)) expect(data.values, end)
  else checkData(data.children[0], end)
}

/** Gives where the last value ends. */
function checkOffsets(offsets: Offsets, rows: number): number {
  let last = offsets[0]
  if (last < 0) throw new Error('its offsets are damaged')
  for (let row = 1; row <= rows; row++) {
    const next = offsets[row]
    if (next < last) throw new Error('its offsets are damaged')
    last = next
  }
  return Number(last)
}

function checkUnion(data: Data, rows: number): void {
  const { type } = data as Data<Union>
  expect(data.typeIds, rows, 'its type ids')
  if (type.mode === UnionMode.Sparse) {
    for (const child of data.children) checkData(child, rows)
    return
  }
  for (const child of data.children) checkData(child, child.length)
  expect(data.valueOffsets, rows, 'its offsets')
  for (let row = 0; row < rows; row++) {
    const child = data.children[type.typeIdToChildIndex[data.typeIds[row]]]
    const offset = data.valueOffsets[row]
    if (child !== undefined && !(offset >= 0 && offset < child.length)) throw new Error('its offsets are damaged')
  }
}

const checkedDictionaries = new WeakSet<Vector>()

function checkDictionary(data: Data, rows: number): void {
  const dictionary = data.dictionary as Vector | undefined
  if (dictionary === undefined) throw new Error('its dictionary is missing')
  if (!checkedDictionaries.has(dictionary)) {
    for (const chunk of dictionary.data) checkData(chunk, chunk.length)
    checkedDictionaries.add(dictionary)
  }
  for (let row = 0; row < rows; row++) {
    const key = data.values[row] as number | bigint
    if ((key < 0 || key >= dictionary.length) && data.getValid(row))
      throw new Error(`value ${row} is not in its dictionary`)
  }
}

function expect(part: ArrayLike<unknown> | undefined, count: number, what = 'its values'): void {
  if ((part?.length ?? 0) < count) throw new Error(`${what} are cut short`)
}
