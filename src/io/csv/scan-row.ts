/** A row of CSV found in a buffer: where its cells stand, and what is wrong with it. */
export interface CsvRow {
  /** Three numbers a cell: start, end (without quotes), and 1 where it is quoted. */
  readonly cells: number[]
  /** Offset after the row's line end. */
  next: number
  /** What breaks the format, if anything. */
  flaw: string | undefined
}

/** How rows are told apart. */
export interface CsvDialect {
  readonly delimiter: number
  /** Lines end with CR alone, as on an old Mac; an LF ends them too. */
  readonly endsWithCr: boolean
}

/** Bytes `[start, end)` of a file, behind which nothing follows where they are `isAtEnd`. */
export interface CsvStretch {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  readonly isAtEnd: boolean
}

const lf = 10
const cr = 13
const quote = 0x22

/** Finds rows that are told apart in one way. */
export class RowScanner {
  readonly #delimiter: number
  readonly #endsWithCr: boolean
  /** The row found last. */
  readonly row: CsvRow

  constructor({ delimiter, endsWithCr }: CsvDialect, row: CsvRow) {
    this.#delimiter = delimiter
    this.#endsWithCr = endsWithCr
    this.row = row
  }

  /**
   * Finds the row that starts at `start`. Returns false where it may go on after `end`; where nothing
   * follows (`isAtEnd`), it ends there.
   */
  scan({ bytes, start, end, isAtEnd }: CsvStretch): boolean {
    const { row } = this
    row.cells.length = 0
    row.flaw = undefined
    for (let at = start; ; ) {
      const isQuoted = at < end && bytes[at] === quote
      const closing = isQuoted ? findClosingQuote(bytes, at + 1, end) : -1
      if (isQuoted && (closing < 0 || (closing + 1 >= end && !isAtEnd))) {
        if (!isAtEnd) return false
        row.flaw = 'its quote is not closed'
        row.next = end
        return true
      }
      const from = isQuoted ? closing + 1 : at
      const stop = this.#findCellEnd(bytes, from, end)
      if (stop === end && !isAtEnd) return false
      const isLast = stop === end || bytes[stop] !== this.#delimiter
      const textEnd = isLast && !this.#endsWithCr && stop > from && bytes[stop - 1] === cr ? stop - 1 : stop
      if (isQuoted && textEnd > from) row.flaw = 'text follows a closing quote'
      row.cells.push(isQuoted ? at + 1 : at, isQuoted ? closing : textEnd, isQuoted ? 1 : 0)
      if (isLast) {
        row.next = afterLineEnd(bytes, stop, end)
        return row.next < end || isAtEnd || bytes[stop] === lf
      }
      at = stop + 1
    }
  }

  /** The offset after the first line end, quotes or not, or undefined where there is none. */
  endOfLine(bytes: Buffer, start: number, end: number): number | undefined {
    let at = start
    while (at < end && bytes[at] !== lf && !(this.#endsWithCr && bytes[at] === cr)) at++
    return at >= end ? undefined : afterLineEnd(bytes, at, end)
  }

  #findCellEnd(bytes: Buffer, from: number, end: number): number {
    const delimiter = this.#delimiter
    const endsWithCr = this.#endsWithCr
    let at = from
    while (at < end && bytes[at] !== delimiter && bytes[at] !== lf && !(endsWithCr && bytes[at] === cr)) at++
    return at
  }
}

/** The offset after the line end that stands at `at`; LF, CR, or both. */
function afterLineEnd(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return end
  return bytes[at] === cr && at + 1 < end && bytes[at + 1] === lf ? at + 2 : at + 1
}

function findClosingQuote(bytes: Buffer, from: number, end: number): number {
  for (let at = from; ; ) {
    const found = bytes.indexOf(quote, at)
    if (found < 0 || found >= end) return -1
    if (found + 1 >= end || bytes[found + 1] !== quote) return found
    at = found + 2
  }
}

/** Whether the first line, the header, ends with CR alone. Undefined where it goes on after `end`. */
export function endsHeaderWithCr({ bytes, start, end, isAtEnd }: CsvStretch): boolean | undefined {
  let isQuoted = false
  for (let at = start; at < end; at++) {
    if (bytes[at] === quote) isQuoted = !isQuoted
    else if (!isQuoted && bytes[at] === lf) return false
    else if (!isQuoted && bytes[at] === cr) return at + 1 < end ? bytes[at + 1] !== lf : isAtEnd ? true : undefined
  }
  return isAtEnd ? false : undefined
}
