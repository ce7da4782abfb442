import { gzipSync } from 'node:zlib'
import { Field, makeData, RecordBatch, Schema, Struct, Utf8 } from 'apache-arrow'
import { TableGroups } from '../table-groups.js'
import type { ByteSink, TableColumn, TableCompression, TableRows, TableWriter } from '../writer.js'
import { SinkStreamWriter } from './sink-stream-writer.js'
import { makeTextColumn } from './text-column.js'

/**
 * Opens a table of strings as an Arrow stream. Arrow knows no snappy, so that `snappy` is written
 * uncompressed; `gzip` compresses the stream as a whole, in one member a record batch.
 */
export function openArrowTable(
  sink: ByteSink,
  columns: readonly TableColumn[],
  compression: TableCompression,
): TableWriter {
  const held: Uint8Array[] = []
  const isGzip = compression === 'gzip'
  const writer = new SinkStreamWriter(isGzip ? { write: bytes => held.push(Buffer.from(bytes)) } : sink)
  const flush = () => {
    if (held.length > 0) sink.write(gzipSync(Buffer.concat(held), { level: 1 }))
    held.length = 0
  }
  const schema = new Schema(columns.map(({ name, isNullable }) => new Field(name, new Utf8(), isNullable)))
  writer.reset(undefined, schema)
  const groups = new TableGroups(columns.length, rows => {
    writer.write(makeBatch(schema, rows))
    flush()
  })
  return {
    write: rows => groups.add(rows),
    finish: () => {
      groups.flush()
      writer.close()
      flush()
    },
  }
}

function makeBatch(schema: Schema, rows: TableRows): RecordBatch {
  const children = rows.map(makeTextColumn)
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: rows[0].length, nullCount: 0, children }),
  )
}
