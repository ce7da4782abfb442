import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet'
import { BatchBuilder } from '../batch-builder.js'
import { addRow } from '../columns/add-row.js'
import type { ReadOptions, RecordBatch, Slice, Survey } from '../reader.js'
import { openParquet } from './open-parquet.js'
import { readRowGroup } from './read-row-group.js'
import { isMap, type ToJson, toJsonOf } from './to-json.js'

/**
 * Reads the rows of a range of row groups. A row group is in memory as a whole while it is read; batches
 * are cut from it. Every row has every column.
 *
 * As JSON: integers and decimals with all their digits; dates, times and instants in ISO 8601; binary as
 * base64; maps as objects; JSON columns as the value they hold; NaN as null, infinities as 1e999 and
 * -1e999. `line` is the row's number in the slice.
 *
 * @throws {InputError} where the file is damaged
 */
export async function* readParquet({ path, cut }: Slice, options: ReadOptions): AsyncGenerator<RecordBatch> {
  const file = await openParquet(path)
  try {
    const root = parquetSchema(file.metadata)
    const columns = root.children.map(({ element }) => element.name)
    const rowText = rowToJson(root)
    const metadata = withoutConversions(file.metadata, root)
    const groups = file.metadata.row_groups.map(group => Number(group.num_rows))
    const { start, end } = cut.kind === 'groups' ? cut : { start: 0, end: groups.length }
    const batch = new BatchBuilder(options)
    let rowStart = groups.slice(0, start).reduce((sum, rows) => sum + rows, 0)
    let line = 1
    for (const rows of groups.slice(start, end)) {
      const values = await readRowGroup(file, { metadata, columns, rowStart, rowEnd: rowStart + rows })
      for (let row = 0; row < rows; row++) {
        addRow(batch, line++, () => rowText(values, row))
        if (batch.isFull) yield batch.take() as RecordBatch
      }
      rowStart += rows
    }
    const last = batch.take()
    if (last !== undefined) yield last
  } finally {
    file.close()
  }
}

function rowToJson(root: SchemaTree): (columns: readonly (readonly unknown[])[], row: number) => string {
  const heads = root.children.map(({ element }, index) => `${index > 0 ? ',' : ''}${JSON.stringify(element.name)}:`)
  const converters: readonly ToJson[] = root.children.map(toJsonOf)
  return (columns, row) => {
    let text = '{'
    for (let index = 0; index < heads.length; index++) text += heads[index] + converters[index](columns[index][row])
    return `${text}}`
  }
}

/**
 * The metadata with leaves as plain primitives: hyparquet's own conversions lose digits of decimals and
 * instants. Keys of maps keep theirs, since they become property names.
 */
function withoutConversions(metadata: FileMetaData, root: SchemaTree): FileMetaData {
  const schema = [...metadata.schema]
  let index = 0
  const visit = (node: SchemaTree, parent: SchemaTree | undefined, isKey: boolean) => {
    const at = index++
    if (node.children.length === 0 && !isKey)
      schema[at] = { ...schema[at], converted_type: undefined, logical_type: undefined }
    const isEntry = parent !== undefined && isMap(parent.element)
    for (const [position, child] of node.children.entries()) visit(child, node, isKey || (isEntry && position === 0))
  }
  visit(root, undefined, false)
  return { ...metadata, schema }
}

export async function surveyParquet(path: string): Promise<Survey> {
  const file = await openParquet(path)
  file.close()
  const groups = file.metadata.row_groups.map(group => ({
    rows: Number(group.num_rows),
    sizeBytes: Number(group.total_byte_size),
  }))
  return { kind: 'groups', groups }
}
