import { RowGroups } from './row-groups.js'
import type { TableRows } from './writer.js'

/** Small, so that neither writing nor reading a checkpoint weighs on a worker; snappy gains nothing from more. */
const bytesPerGroup = 2 << 20

/** Regroups the rows of a table. */
export class TableGroups {
  private readonly groups: RowGroups<Buffer>

  constructor(columnCount: number, writeGroup: (columns: TableRows) => void) {
    this.groups = new RowGroups(columnCount, bytesPerGroup, writeGroup)
  }

  add(columns: TableRows): void {
    for (let row = 0; row < columns[0].length; row++) {
      const values = columns.map(column => column[row])
      this.groups.addRow(
        values,
        values.reduce((sum, value) => sum + (value?.length ?? 0), 0),
      )
    }
  }

  flush(): void {
    this.groups.flush()
  }
}
