import type { SchemaElement } from 'hyparquet'
import { ParquetWriter } from 'hyparquet-writer'
import { RowCollector } from '../columns/collect-rows.js'
import type { ByteSink, ColumnType, DatasetWriter, RowSchema } from '../writer.js'
import { compressors } from './codecs.js'
import { SinkWriter } from './sink-writer.js'

const elementOf: Record<ColumnType, Omit<SchemaElement, 'name'>> = {
  bool: { type: 'BOOLEAN' },
  int64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } },
}

/** Opens a Parquet file with typed columns, snappy inside, row groups of 10,000 rows (fewer where they are long). */
export function openParquetWriter(sink: ByteSink, schema: RowSchema): DatasetWriter {
  const file = new ParquetWriter({
    writer: new SinkWriter(sink),
    schema: [
      { name: 'root', num_children: schema.length },
      ...schema.map(({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...elementOf[type] })),
    ],
    compressors,
    createdBy: 'pawl',
  })
  const collector = new RowCollector(schema, (columns, rowCount) => {
    const columnData = schema.map(({ name, type }, index) => {
      const isText = type === 'text' || type === 'json'
      const data = columns[index] as unknown[]
      return isText ? { name, data, encoding: 'PLAIN' as const, statistics: false } : { name, data }
    })
    file.write({ columnData, rowGroupSize: rowCount })
  })
  return {
    write: batch => collector.add(batch),
    finish: () => {
      collector.flush()
      file.finish()
    },
  }
}
