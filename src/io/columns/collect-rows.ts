import { isScalar, type RowSchema } from '../../core/columns.js'
import { RowGroups } from '../row-groups.js'
import type { RowBatch } from '../writer.js'
import { type ColumnValue, type ReadValue, valueReader } from './read-value.js'
import { visitRow } from './visit-row.js'

/** A row group is closed early when its rows hold this much JSON text. */
const bytesPerGroup = 16 << 20

/** What is inside of lists and objects takes several times the memory of its JSON text. */
const nestedWeight = 8

/** Turns rows of JSON text into groups of typed columns. */
export class RowCollector {
  private readonly indexes: ReadonlyMap<string, number>
  private readonly readers: readonly ReadValue[]
  private readonly groups: RowGroups<ColumnValue>

  constructor(
    private readonly schema: RowSchema,
    writeGroup: (columns: readonly (readonly (ColumnValue | null)[])[], rowCount: number) => void,
  ) {
    this.indexes = new Map(schema.map(({ name }, index) => [name, index]))
    this.readers = schema.map(({ type }) => valueReader(type))
    this.groups = new RowGroups(schema.length, bytesPerGroup, writeGroup)
  }

  /** @throws {Error} where a row does not fit the schema, which was then inferred from other rows */
  add({ bytes, rows }: RowBatch): void {
    for (const row of rows) {
      const values = new Array<ColumnValue | null>(this.schema.length).fill(null)
      let weight = row.end - row.start
      visitRow(bytes, row, (name, valueStart, valueEnd) => {
        const index = this.indexes.get(name)
        if (index === undefined) throw new Error(`field "${name}" is not in the schema inferred before`)
        values[index] = this.readers[index](bytes, valueStart, valueEnd)
        if (!isScalar(this.schema[index].type)) weight += (valueEnd - valueStart) * nestedWeight
      })
      this.groups.addRow(values, weight)
    }
  }

  flush(): void {
    this.groups.flush()
  }
}
