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

const lf = 10
const cr = 13
const quote = 0x22

/**
 * Finds the row that starts at `start`. Returns false where it may go on after `end`; where nothing
 * follows (`isAtEnd`), it ends there.
 */
export function scanRow(
  bytes: Buffer,
  { start, end, isAtEnd }: { readonly start: number; readonly end: number; readonly isAtEnd: boolean },
  { delimiter, endsWithCr }: CsvDialect,
  row: CsvRow,
): boolean {
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
    const stop = findCellEnd(bytes, from, end, delimiter, endsWithCr)
    if (stop === end && !isAtEnd) return false
    const isLast = stop === end || bytes[stop] !== delimiter
    const textEnd = isLast && !endsWithCr && stop > from && bytes[stop - 1] === cr ? stop - 1 : stop
    if (isQuoted && textEnd > from) row.flaw = 'text follows a closing quote'
    row.cells.push(isQuoted ? at + 1 : at, isQuoted ? closing : textEnd, isQuoted ? 1 : 0)
    if (isLast) {
      row.next = afterLineEnd(bytes, stop, end)
      return row.next < end || isAtEnd || bytes[stop] === lf
    }
    at = stop + 1
  }
}

/** The offset after the line end that stands at `at`; LF, CR, or both. */
function afterLineEnd(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return end
  return bytes[at] === cr && at + 1 < end && bytes[at + 1] === lf ? at + 2 : at + 1
}

/** The offset after the first line end, quotes or not, or undefined where there is none. */
export function endOfLine(bytes: Buffer, start: number, end: number, { endsWithCr }: CsvDialect): number | undefined {
  const at = findCellEnd(bytes, start, end, lf, endsWithCr)
  return at >= end ? undefined : afterLineEnd(bytes, at, end)
}

function findCellEnd(bytes: Buffer, from: number, end: number, delimiter: number, endsWithCr: boolean): number {
  let at = from
  while (at < end && bytes[at] !== delimiter && bytes[at] !== lf && !(endsWithCr && bytes[at] === cr)) at++
  return at
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
export function endsHeaderWithCr(bytes: Buffer, start: number, end: number, isAtEnd: boolean): boolean | undefined {
  let isQuoted = false
  for (let at = start; at < end; at++) {
    if (bytes[at] === quote) isQuoted = !isQuoted
    else if (!isQuoted && bytes[at] === lf) return false
    else if (!isQuoted && bytes[at] === cr) return at + 1 < end ? bytes[at + 1] !== lf : isAtEnd ? true : undefined
  }
  return isAtEnd ? false : undefined
}
