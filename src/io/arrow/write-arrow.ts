import {
  Bool,
  type Data,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { type ColumnValue, RowCollector } from '../columns/collect-rows.js'
import type { ByteSink, ColumnType, DatasetWriter, RowColumn, RowSchema } from '../writer.js'
import { SinkFileWriter } from './sink-stream-writer.js'
import { makeTextColumn } from './text-column.js'

/** Marks a text column as JSON, as Arrow's canonical extension type does. */
export const jsonExtension = new Map([
  ['ARROW:extension:name', 'arrow.json'],
  ['ARROW:extension:metadata', ''],
])

/** Opens an Arrow IPC file with typed columns, uncompressed, record batches of 10,000 rows (fewer where they are long). */
export function openArrowWriter(sink: ByteSink, columns: RowSchema): DatasetWriter {
  const schema = new Schema(columns.map(toField))
  const file = new SinkFileWriter(sink)
  file.reset(undefined, schema)
  const collector = new RowCollector(columns, (values, rowCount) => {
    const children = columns.map(({ type }, index) => makeColumn(type, values[index]))
    const data = makeData({ type: new Struct(schema.fields), length: rowCount, nullCount: 0, children })
    file.write(new RecordBatch(schema, data))
  })
  return {
    write: batch => collector.add(batch),
    finish: () => {
      collector.flush()
      file.close()
    },
  }
}

function toField({ name, type }: RowColumn): Field {
  return new Field(name, arrowType(type), true, type === 'json' ? jsonExtension : undefined)
}

function arrowType(type: ColumnType) {
  switch (type) {
    case 'bool':
      return new Bool()
    case 'int64':
      return new Int64()
    case 'double':
      return new Float64()
    case 'text':
    case 'json':
      return new Utf8()
  }
}

function makeColumn(type: ColumnType, values: readonly (ColumnValue | null)[]): Data {
  if (type === 'text' || type === 'json') return makeTextColumn(values as (Buffer | null)[])
  return vectorFromArray(values as unknown[], arrowType(type)).data[0]
}
