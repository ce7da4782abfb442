import { decodeUtf8 } from '../../util/utf8.js'
import { RowGroups } from '../row-groups.js'
import type { ColumnType, RowBatch, RowSchema } from '../writer.js'
import { decodeString, visitRow } from './visit-row.js'

/** A value of a column: `bool` boolean, `int64` bigint, `double` number, `text` and `json` UTF-8 bytes. */
export type ColumnValue = boolean | bigint | number | Buffer

/** A row group is closed early when its rows hold this much JSON text. */
const bytesPerGroup = 16 << 20

/** Turns rows of JSON text into groups of typed columns. */
export class RowCollector {
  private readonly indexes: ReadonlyMap<string, number>
  private readonly groups: RowGroups<ColumnValue>

  constructor(
    private readonly schema: RowSchema,
    writeGroup: (columns: readonly (readonly (ColumnValue | null)[])[], rowCount: number) => void,
  ) {
    this.indexes = new Map(schema.map(({ name }, index) => [name, index]))
    this.groups = new RowGroups(schema.length, bytesPerGroup, writeGroup)
  }

  /** @throws {Error} where a row does not fit the schema, which was then inferred from other rows */
  add({ bytes, rows }: RowBatch): void {
    for (const { start, end } of rows) {
      const values = new Array<ColumnValue | null>(this.schema.length).fill(null)
      visitRow(bytes, start, end, (name, valueStart, valueEnd) => {
        const index = this.indexes.get(name)
        if (index === undefined) throw new Error(`field "${name}" is not in the schema inferred before`)
        values[index] = readValue(this.schema[index].type, bytes, valueStart, valueEnd)
      })
      this.groups.addRow(values, end - start)
    }
  }

  flush(): void {
    this.groups.flush()
  }
}

function readValue(type: ColumnType, bytes: Buffer, start: number, end: number): ColumnValue | null {
  if (bytes[start] === 0x6e) return null
  switch (type) {
    case 'text':
      return readText(bytes, start, end)
    case 'json':
      return Buffer.from(bytes.subarray(start, end))
    case 'int64':
      return BigInt(decodeUtf8(bytes, start, end))
    case 'double':
      return Number(decodeUtf8(bytes, start, end))
    case 'bool':
      return bytes[start] === 0x74
  }
}

function readText(bytes: Buffer, start: number, end: number): Buffer {
  const inner = bytes.subarray(start + 1, end - 1)
  return inner.indexOf(0x5c) < 0 ? Buffer.from(inner) : Buffer.from(decodeString(bytes, start, end))
}
