import { statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type RecordBatch as ArrowBatch, AsyncRecordBatchFileReader, RecordBatchReader } from 'apache-arrow'
import type { RowSchema } from '../../core/columns.js'
import { BatchBuilder } from '../batch-builder.js'
import { openFileSource } from '../byte-source.js'
import { addRow } from '../columns/add-row.js'
import { BadValueError } from '../columns/json-text.js'
import type { ReadOptions, RecordBatch, Slice, Survey } from '../reader.js'
import { checkBatch } from './check-data.js'
import { refuseDuplicates } from './check-schema.js'
import { registerCodecs } from './codecs.js'
import { declaredColumns } from './declared-type.js'
import { holdsJson, keyOf } from './fields.js'
import { FileBlocks, isArrowFile } from './file-blocks.js'
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
    const rowText = rowReader(path, rows, reading?.texts)
    for (let row = 0; row < rows.numRows; row++) {
      addRow(batch, line++, () => textOfRow(path, rowText, row))
      if (batch.isFull) yield batch.take() as RecordBatch
    }
  }
  const last = batch.take()
  if (last !== undefined) yield last
}

function rowReader(path: string, rows: ArrowBatch, texts: readonly string[] | undefined): CellToJson {
  try {
    return rowToJson(rows, texts)
  } catch (error) {
    throw describeArrowError(path, error)
  }
}

function textOfRow(path: string, rowText: CellToJson, row: number): string {
  try {
    return rowText(row)
  } catch (error) {
    throw error instanceof BadValueError ? error : describeArrowError(path, error)
  }
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
  return withFileReader(path, async file => {
    const { reader } = file
    const groups: { rows: number; sizeBytes: number }[] = []
    for (let index = 0; index < reader.numRecordBatches; index++) {
      const batch = await readBatch(path, file, index)
      groups.push({ rows: batch.numRows, sizeBytes: batch.data.byteLength })
    }
    return { kind: 'groups', groups, columns: declaredColumns(reader.schema.fields) } as const
  })
}

async function columnsOfStream(path: string): Promise<RowSchema> {
  try {
    const reader = await openStream(path)
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

function openStream(path: string): Promise<RecordBatchReader> {
  return RecordBatchReader.from(readFrames(path, openFileSource(path), statSync(path).size))
}

async function* arrowBatches(
  path: string,
  range: { readonly start: number; readonly end: number } | undefined,
): AsyncGenerator<ArrowBatch> {
  await registerCodecs()
  if (!isArrowFile(path)) {
    try {
      for await (const batch of await openStream(path)) {
        refuseDuplicates(path, batch.schema.fields)
        checkBatch(batch)
        yield batch
      }
    } catch (error) {
      throw describeArrowError(path, error)
    }
    return
  }
  const handle = await open(path)
  try {
    const file = await openFileReader(path, handle)
    const { start, end } = range ?? { start: 0, end: file.reader.numRecordBatches }
    for (let index = start; index < end; index++) yield await readBatch(path, file, index)
  } finally {
    await handle.close()
  }
}

async function withFileReader<T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T> {
  const handle = await open(path)
  try {
    return await use(await openFileReader(path, handle))
  } finally {
    await handle.close()
  }
}

interface OpenFile {
  readonly reader: AsyncRecordBatchFileReader
  readonly blocks: FileBlocks
}

async function openFileReader(path: string, handle: FileHandle): Promise<OpenFile> {
  try {
    const blocks = new FileBlocks(path)
    blocks.checkDictionaries()
    const reader = await RecordBatchReader.from(handle)
    await reader.open()
    if (!(reader instanceof AsyncRecordBatchFileReader)) throw new Error('it has no footer')
    refuseDuplicates(path, reader.schema.fields)
    return { reader, blocks }
  } catch (error) {
    throw describeArrowError(path, error)
  }
}

async function readBatch(path: string, { reader, blocks }: OpenFile, index: number): Promise<ArrowBatch> {
  try {
    blocks.checkBatch(index)
    const batch = await reader.readRecordBatch(index)
    if (batch === null) throw new Error(`record batch ${index} is missing`)
    checkBatch(batch)
    return batch
  } catch (error) {
    throw describeArrowError(path, error)
  }
}
