import { ParquetWriter } from 'hyparquet-writer'
import type { RowSchema } from '../../core/columns.js'
import { RowCollector } from '../columns/collect-rows.js'
import type { ByteSink, DatasetWriter } from '../writer.js'
import { compressors } from './codecs.js'
import { elementsOf } from './elements.js'
import { parquetValueOf } from './parquet-value.js'
import { SinkWriter } from './sink-writer.js'

/** Opens a Parquet file with typed columns, snappy inside, row groups of 10,000 rows (fewer where they are long). */
export function openParquetWriter(sink: ByteSink, schema: RowSchema): DatasetWriter {
  const elements = schema.flatMap(column => elementsOf(column))
  const root = { name: 'root', num_children: schema.length }
  const file = new ParquetWriter({
    writer: new SinkWriter(sink),
    schema: [root, ...elements],
    compressors,
    createdBy: 'pawl',
  })
  const converts = schema.map(({ type }) => parquetValueOf(type))
  const collector = new RowCollector(schema, (columns, rowCount) => {
    const columnData = schema.map(({ name, type }, index) => {
      const convert = converts[index]
      const data = (convert === undefined ? columns[index] : columns[index].map(convert)) as unknown[]
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
      // Readers know JSON by its older name, under which the library would take the text for a value and encode it again.
      const isJson = ({ logical_type }: (typeof elements)[number]) => logical_type?.type === 'JSON'
      file.schema = [
        root,
        ...elements.map(element => (isJson(element) ? { ...element, converted_type: 'JSON' as const } : element)),
      ]
      file.finish()
    },
  }
}
