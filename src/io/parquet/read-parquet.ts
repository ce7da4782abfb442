import { BatchBuilder } from '../batch-builder.js'
import { addRow } from '../columns/add-row.js'
import { BadValueError } from '../columns/json-text.js'
import type { ReadOptions, RecordBatch, Slice, Survey } from '../reader.js'
import { withArrowTypes } from './arrow-schema.js'
import { declaredColumns } from './declared-type.js'
import { describeParquetError, openParquet } from './open-parquet.js'
import { readRowGroup } from './read-row-group.js'
import { RowText } from './row-text.js'

/**
 * Reads the rows of a range of row groups. A row group is in memory as a whole while it is read; batches
 * are cut from it. Every row has every column.
 *
 * As JSON: integers and decimals with all their digits; dates, times and instants in ISO 8601; binary as
 * base64; maps as objects, whose keys are strings or JSON text; JSON columns and variants as the value they
 * hold; NaN and the infinities by name. `line` is the row's number in the slice.
 *
 * @throws {InputError} where the file is damaged
 */
export async function* readParquet({ path, cut, reading }: Slice, options: ReadOptions): AsyncGenerator<RecordBatch> {
  const file = await openParquet(path)
  try {
    const { columns } = file
    const rowText = new RowText(columns, reading?.texts)
    const groups = file.metadata.row_groups.map(group => Number(group.num_rows))
    const { start, end } = cut.kind === 'groups' ? cut : { start: 0, end: groups.length }
    const batch = new BatchBuilder(options)
    let line = 1
    for (const [at, rows] of groups.slice(start, end).entries()) {
      const values = await readRowGroup(file, start + at, columns)
      rowText.open(leaf => values.get(leaf) as NonNullable<ReturnType<typeof values.get>>)
      for (let row = 0; row < rows; row++) {
        addRow(batch, line++, () => nextRow(path, rowText))
        if (batch.isFull) yield batch.take() as RecordBatch
      }
      if (rows > 0 && !rowText.isAtEnd)
        throw describeParquetError(path, new Error('a row group holds more rows than its footer says'))
    }
    const last = batch.take()
    if (last !== undefined) yield last
  } finally {
    file.close()
  }
}

function nextRow(path: string, rowText: RowText): string {
  try {
    return rowText.next()
  } catch (error) {
    throw error instanceof BadValueError ? error : describeParquetError(path, error)
  }
}

export async function surveyParquet(path: string): Promise<Survey> {
  const file = await openParquet(path)
  file.close()
  const groups = file.metadata.row_groups.map(group => ({
    rows: Number(group.num_rows),
    sizeBytes: Number(group.total_byte_size),
  }))
  return { kind: 'groups', groups, columns: withArrowTypes(declaredColumns(file.columns), file.metadata) }
}
