import { makeData, RecordBatch, Schema, Struct } from 'apache-arrow'
import type { RowSchema } from '../../core/columns.js'
import { RowCollector } from '../columns/collect-rows.js'
import type { ByteSink, DatasetWriter } from '../writer.js'
import { toField } from './arrow-type.js'
import { makeColumn } from './make-column.js'
import { SinkFileWriter } from './sink-stream-writer.js'

/** Opens an Arrow IPC file with typed columns, uncompressed, record batches of 10,000 rows (fewer where they are long). */
export function openArrowWriter(sink: ByteSink, columns: RowSchema): DatasetWriter {
  const schema = new Schema(columns.map(column => toField(column)))
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
