import type { RowSchema } from '../core/columns.js'
import { compressInto } from './compression/block-sink.js'
import type { ByteSink, DatasetWriter, WriterOptions } from './writer.js'

export { inferSchema } from './columns/infer-schema.js'
export type { WriterOptions } from './writer.js'

/** True where a format has columns, so that its writer must be told the schema (see `inferSchema`). */
export function needsSchema(format: WriterOptions['format']): boolean {
  return format !== 'jsonl' && format !== 'json'
}

/**
 * Opens a writer of rows into a file of the given format. What reaches the sink follows from the sequence
 * of rows alone. JSONL keeps the bytes of a row as they are; the formats with columns keep values, and
 * give every row every column (null where it had no such field).
 *
 * @throws {Error} where the format needs a schema and none is given
 */
export async function openWriter(sink: ByteSink, options: WriterOptions): Promise<DatasetWriter> {
  switch (options.format) {
    case 'jsonl': {
      const { JsonlWriter } = await import('./jsonl/write-jsonl.js')
      return new JsonlWriter(await compressInto(sink, options.compression))
    }
    case 'json': {
      const { JsonArrayWriter } = await import('./json/write-json.js')
      return new JsonArrayWriter(await compressInto(sink, options.compression))
    }
    case 'csv':
    case 'tsv': {
      const { CsvWriter } = await import('./csv/write-csv.js')
      const delimiter = options.format === 'csv' ? ',' : '\t'
      return new CsvWriter(await compressInto(sink, options.compression), schemaOf(options), delimiter)
    }
    case 'parquet': {
      const { openParquetWriter } = await import('./parquet/write-parquet.js')
      return openParquetWriter(sink, schemaOf(options))
    }
    case 'arrow': {
      const { openArrowWriter } = await import('./arrow/write-arrow.js')
      return openArrowWriter(sink, schemaOf(options))
    }
  }
}

function schemaOf({ format, schema }: WriterOptions): RowSchema {
  if (schema === undefined) throw new Error(`writing ${format} needs a schema: infer it from the rows first`)
  return schema
}
