import type { SchemaElement } from 'hyparquet'
import { ParquetWriter } from 'hyparquet-writer'
import { TableGroups } from '../table-groups.js'
import type { ByteSink, TableColumn, TableCompression, TableWriter } from '../writer.js'
import { compressors } from './codecs.js'
import { SinkWriter } from './sink-writer.js'

const codecs = { snappy: 'SNAPPY', gzip: 'GZIP', none: 'UNCOMPRESSED' } as const

/** Opens a table of strings in Parquet; the text goes in as the bytes it is. */
export function openParquetTable(
  sink: ByteSink,
  columns: readonly TableColumn[],
  compression: TableCompression,
): TableWriter {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, isNullable }): SchemaElement => {
      const repetition_type = isNullable ? 'OPTIONAL' : 'REQUIRED'
      return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type }
    }),
  ]
  const file = new ParquetWriter({
    writer: new SinkWriter(sink),
    schema,
    codec: codecs[compression],
    compressors,
    statistics: false,
    createdBy: 'pawl',
  })
  const groups = new TableGroups(columns.length, rows => {
    const columnData = columns.map(({ name }, index) => ({
      name,
      data: rows[index] as unknown[],
      encoding: 'PLAIN' as const,
      offsetIndex: false,
    }))
    file.write({ columnData, rowGroupSize: rows[0].length })
  })
  return {
    write: rows => groups.add(rows),
    finish: () => {
      groups.flush()
      file.finish()
    },
  }
}
