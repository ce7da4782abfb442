import { closeSync, fstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type RecordBatch as ArrowBatch, AsyncRecordBatchFileReader, RecordBatchReader } from 'apache-arrow'
import type { RowSchema } from '../../core/columns.js'
import { BatchBuilder } from '../batch-builder.js'
import { openFileSource, openForReading, readExactly } from '../byte-source.js'
import { addRow } from '../columns/add-row.js'
import { InputError } from '../input-error.js'
import type { ReadOptions, RecordBatch, Slice, Survey } from '../reader.js'
import { refuseDuplicates, refuseUnknownTypes, schemaOfFooter } from './check-schema.js'
import { registerCodecs } from './codecs.js'
import { declaredColumns } from './declared-type.js'
import { holdsJson, keyOf } from './fields.js'
import { describeArrowError } from './read-arrow-table.js'
import { readFrames } from './stream-frames.js'
import { bytesToText, type CellToJson, cellToJson } from './to-json.js'

/**
 * Reads the rows of an Arrow IPC file (a range of its record batches) or stream (whole). A record batch is
 * in memory as a whole while it is read. Values become JSON as those of Parquet do.
 *
 * @throws {InputError} where the file is damaged
 */
export async function* readArrow({ path, cut, reading }: Slice, options: ReadOptions): AsyncGenerator<RecordBatch> {
  const batch = new BatchBuilder(options)
  let line = 1
  for await (const rows of arrowBatches(path, cut.kind === 'groups' ? cut : undefined)) {
    const rowText = rowToJson(rows, reading?.texts)
    for (let row = 0; row < rows.numRows; row++) {
      addRow(batch, line++, () => rowText(row))
      if (batch.isFull) yield batch.take() as RecordBatch
    }
  }
  const last = batch.take()
  if (last !== undefined) yield last
}

function rowToJson(batch: ArrowBatch, texts: readonly string[] = []): CellToJson {
  const cells = batch.schema.fields.map((field, index) => {
    const head = `${index > 0 ? ',' : ''}${keyOf(field)}:`
    const data = batch.data.children[index]
    const convert = texts.includes(field.name) ? bytesToText(field.name, data) : cellToJson(data, holdsJson(field))
    return [head, convert] as const
  })
  return row => {
    let text = '{'
    for (const [head, convert] of cells) text += head + convert(row)
    return `${text}}`
  }
}

/** What an Arrow file offers for cutting; a stream is read whole. */
export async function surveyArrow(path: string, sizeBytes: number): Promise<Survey> {
  await registerCodecs()
  if (!isArrowFile(path)) return { kind: 'whole', sizeBytes, columns: await columnsOfStream(path) }
  return withFileReader(path, async reader => {
    const groups: { rows: number; sizeBytes: number }[] = []
    for (let index = 0; index < reader.numRecordBatches; index++) {
      const batch = await readBatch(path, reader, index)
      groups.push({ rows: batch.numRows, sizeBytes: batch.data.byteLength })
    }
    return { kind: 'groups', groups, columns: declaredColumns(reader.schema.fields) } as const
  })
}

async function columnsOfStream(path: string): Promise<RowSchema> {
  try {
    const reader = await RecordBatchReader.from(readFrames(path, openFileSource(path)))
    try {
      await reader.open()
      refuseDuplicates(path, reader.schema.fields)
      return declaredColumns(reader.schema.fields)
    } finally {
      await reader.return()
    }
  } catch (error) {
    throw describeArrowError(path, error)
  }
}

async function* arrowBatches(
  path: string,
  range: { readonly start: number; readonly end: number } | undefined,
): AsyncGenerator<ArrowBatch> {
  await registerCodecs()
  if (!isArrowFile(path)) {
    try {
      for await (const batch of await RecordBatchReader.from(readFrames(path, openFileSource(path)))) {
        refuseDuplicates(path, batch.schema.fields)
        yield batch
      }
    } catch (error) {
      throw describeArrowError(path, error)
    }
    return
  }
  const handle = await open(path)
  try {
    const reader = await openFileReader(path, handle)
    const { start, end } = range ?? { start: 0, end: reader.numRecordBatches }
    for (let index = start; index < end; index++) yield await readBatch(path, reader, index)
  } finally {
    await handle.close()
  }
}

async function withFileReader<T>(path: string, use: (reader: AsyncRecordBatchFileReader) => Promise<T>): Promise<T> {
  const handle = await open(path)
  try {
    return await use(await openFileReader(path, handle))
  } finally {
    await handle.close()
  }
}

async function openFileReader(path: string, handle: FileHandle): Promise<AsyncRecordBatchFileReader> {
  try {
    refuseUnknownTypes(path, schemaOfFooter(readFooter(path)))
    const reader = await RecordBatchReader.from(handle)
    await reader.open()
    if (!(reader instanceof AsyncRecordBatchFileReader)) throw new Error('it has no footer')
    refuseDuplicates(path, reader.schema.fields)
    return reader
  } catch (error) {
    throw describeArrowError(path, error)
  }
}

async function readBatch(path: string, reader: AsyncRecordBatchFileReader, index: number): Promise<ArrowBatch> {
  try {
    const batch = await reader.readRecordBatch(index)
    if (batch === null) throw new Error(`record batch ${index} is missing`)
    return batch
  } catch (error) {
    throw describeArrowError(path, error)
  }
}

/** The footer of a file, which holds its schema. */
function readFooter(path: string): Uint8Array {
  const fd = openForReading(path)
  try {
    const end = fstatSync(fd).size - magic.length - 4
    const length = new DataView(readExactly(path, fd, end, end + 4)).getInt32(0, true)
    if (!(length > 0 && length <= end)) throw new Error('its footer is damaged')
    return new Uint8Array(readExactly(path, fd, end - length, end))
  } finally {
    closeSync(fd)
  }
}

const magic = 'ARROW1'

/**
 * True for the file format, which has a footer; false for a stream.
 *
 * @throws {InputError} where a file begins as one and breaks off
 */
function isArrowFile(path: string): boolean {
  const fd = openForReading(path)
  try {
    const size = fstatSync(fd).size
    const read = (start: number, end: number) => Buffer.from(readExactly(path, fd, start, end)).toString('latin1')
    if (size < magic.length || read(0, magic.length) !== magic) return false
    if (size < 2 * magic.length + 10 || read(size - magic.length, size) !== magic)
      throw InputError.truncated(path, 'the Arrow file has no footer')
    return true
  } finally {
    closeSync(fd)
  }
}
