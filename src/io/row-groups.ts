/** A group is closed when it holds this many rows, or enough bytes. */
const rowsPerGroup = 10_000

/** Gathers rows into groups of columns, so that groups follow from the rows alone, however they were batched. */
export class RowGroups<Value> {
  private columns: (Value | null)[][]
  private rows = 0
  private bytes = 0

  constructor(
    private readonly columnCount: number,
    private readonly bytesPerGroup: number,
    private readonly writeGroup: (columns: readonly (readonly (Value | null)[])[], rowCount: number) => void,
  ) {
    this.columns = this.emptyColumns()
  }

  addRow(values: readonly (Value | null)[], sizeBytes: number): void {
    for (let column = 0; column < this.columnCount; column++) this.columns[column].push(values[column])
    this.rows++
    this.bytes += sizeBytes
    if (this.bytes >= this.bytesPerGroup || this.rows >= rowsPerGroup) this.flush()
  }

  flush(): void {
    if (this.rows === 0) return
    this.writeGroup(this.columns, this.rows)
    this.columns = this.emptyColumns()
    this.rows = 0
    this.bytes = 0
  }

  private emptyColumns(): (Value | null)[][] {
    return Array.from({ length: this.columnCount }, () => [])
  }
}
