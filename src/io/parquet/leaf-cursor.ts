import type { ColumnValues } from './column-chunk.js'

/** Walks along the entries of one column, in step with the others of a row. */
export class LeafCursor {
  readonly #maxDef: number
  #column: ColumnValues = { defs: undefined, reps: undefined, values: [], entries: 0 }
  #at = 0
  #valueAt = 0
  #rowAt = 0
  #rowValueAt = 0

  constructor(maxDef: number) {
    this.#maxDef = maxDef
  }

  /** Starts over on the values of another row group. */
  open(column: ColumnValues): void {
    this.#column = column
    this.#at = 0
    this.#valueAt = 0
  }

  beginRow(): void {
    if (this.#at >= this.#column.entries) throw new Error('it holds fewer rows than its footer says')
    this.#rowAt = this.#at
    this.#rowValueAt = this.#valueAt
  }

  /** Goes to the end of the row, wherever in it the cursor stands. */
  endRow(): void {
    this.#at = this.#rowAt
    this.#valueAt = this.#rowValueAt
    do this.skip()
    while (this.rep > 0)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#column.entries
  }

  /** The definition level of the entry at hand. */
  get def(): number {
    const { defs } = this.#column
    return defs === undefined ? this.#maxDef : defs[this.#at]
  }

  /** The repetition level of the entry at hand; 0 where another row begins, also behind the last. */
  get rep(): number {
    const { reps } = this.#column
    return reps === undefined || this.isAtEnd ? 0 : reps[this.#at]
  }

  /** The value at hand, or undefined where it is null, and moves on. */
  take(): unknown {
    const isThere = this.def === this.#maxDef
    this.#at++
    return isThere ? this.#column.values[this.#valueAt++] : undefined
  }

  skip(): void {
    if (this.def === this.#maxDef) this.#valueAt++
    this.#at++
  }
}
