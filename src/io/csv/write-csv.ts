import type { RowSchema } from '../../core/columns.js'
import { decodeUtf8 } from '../../util/utf8.js'
import { decodeString, visitRow } from '../columns/visit-row.js'
import type { DrainableSink } from '../compression/block-sink.js'
import type { DatasetWriter, RowBatch } from '../writer.js'

/**
 * Writes rows as CSV or TSV with a header. Text is written as it is, quoted where it holds a delimiter,
 * quote, line end or outer space, where it is empty, or where unquoted it would read as a number; numbers
 * keep their source text; lists and objects become JSON text; null and absent fields are empty cells.
 */
export class CsvWriter implements DatasetWriter {
  private readonly indexes: ReadonlyMap<string, number>
  private readonly needsQuotes: RegExp

  constructor(
    private readonly sink: DrainableSink,
    schema: RowSchema,
    private readonly delimiter: ',' | '\t',
  ) {
    this.indexes = new Map(schema.map(({ name }, index) => [name, index]))
    this.needsQuotes = new RegExp(`["\\r\\n${delimiter}]|^\\s|\\s$|^$|^\\ufeff|^-?\\d[\\d.eE+-]*$`)
    const names = schema.map(({ name }) => this.quote(name))
    if (names.length > 0) this.sink.write(Buffer.from(`${names.join(delimiter)}\n`))
  }

  write({ bytes, rows }: RowBatch): Promise<void> | void {
    const lines: string[] = []
    for (const row of rows) {
      const cells = new Array<string>(this.indexes.size).fill('')
      visitRow(bytes, row, (name, valueStart, valueEnd) => {
        const index = this.indexes.get(name)
        if (index === undefined) throw new Error(`field "${name}" is not in the schema inferred before`)
        cells[index] = this.cell(bytes, valueStart, valueEnd)
      })
      lines.push(cells.join(this.delimiter), '\n')
    }
    this.sink.write(Buffer.from(lines.join('')))
    return this.sink.drain()
  }

  finish(): Promise<void> | void {
    return this.sink.finish()
  }

  private cell(bytes: Buffer, start: number, end: number): string {
    const first = bytes[start]
    if (first === 0x6e) return ''
    if (first === 0x22) return this.quote(decodeString(bytes, start, end))
    const text = decodeUtf8(bytes, start, end)
    return first === 0x7b || first === 0x5b ? this.quote(text) : text
  }

  private quote(text: string): string {
    return this.needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
}
