import type { SchemaElement } from 'hyparquet'
import { ParquetWriter } from 'hyparquet-writer'
import { RowCollector } from '../columns/collect-rows.js'
import type { ByteSink, DatasetWriter, RowColumn, RowSchema, ScalarType } from '../writer.js'
import { compressors } from './codecs.js'
import { SinkWriter } from './sink-writer.js'

const scalarElements: Record<ScalarType, Omit<SchemaElement, 'name'>> = {
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
    schema: [{ name: 'root', num_children: schema.length }, ...schema.flatMap(elementsOf)],
    compressors,
    createdBy: 'pawl',
  })
  const collector = new RowCollector(schema, (columns, rowCount) => {
    const columnData = schema.map(({ name, type }, index) => {
      const data = columns[index] as unknown[]
      // Dictionaries and statistics of texts cost more than they save.
      const isPlain = type !== 'bool' && type !== 'int64' && type !== 'double'
      return isPlain ? { name, data, encoding: 'PLAIN' as const, statistics: false } : { name, data }
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

/** A column in the schema of a file, before the parts it consists of. */
function elementsOf({ name, type }: RowColumn): SchemaElement[] {
  const head = { name, repetition_type: 'OPTIONAL' as const }
  if (typeof type === 'string') return [{ ...head, ...scalarElements[type] }]
  if ('fields' in type) return [{ ...head, num_children: type.fields.length }, ...type.fields.flatMap(elementsOf)]
  return [
    { ...head, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...elementsOf({ name: 'element', type: type.items }),
  ]
}
