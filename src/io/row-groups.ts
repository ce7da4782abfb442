import type { TableRows } from './writer.js'

/** A group is closed when it holds this many rows … */
export const rowsPerGroup = 10_000
/** … or, in a table, this many bytes. */
const bytesPerGroup = 8 << 20

/** Regroups the rows of a table, so that groups follow from the rows alone. */
export class RowGroups {
  private columns: (Buffer | null)[][]
  private bytes = 0

  constructor(
    private readonly columnCount: number,
    private readonly writeGroup: (columns: TableRows) => void,
  ) {
    this.columns = this.emptyColumns()
  }

  add(rows: TableRows): void {
    for (let row = 0; row < rows[0].length; row++) {
      for (let column = 0; column < this.columnCount; column++) {
        const value = rows[column][row]
        this.columns[column].push(value)
        if (value !== null) this.bytes += value.length
      }
      if (this.bytes >= bytesPerGroup || this.columns[0].length >= rowsPerGroup) this.flush()
    }
  }

  flush(): void {
    if (this.columns[0].length === 0) return
    this.writeGroup(this.columns)
    this.columns = this.emptyColumns()
    this.bytes = 0
  }

  private emptyColumns(): (Buffer | null)[][] {
    return Array.from({ length: this.columnCount }, () => [])
  }
}
