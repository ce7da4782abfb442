/** A row of CSV found in a buffer: where its cells stand, and what is wrong with it. */
export interface CsvRow {
  /** Three numbers a cell: start, end (without quotes), and 1 where it is quoted. */
  readonly cells: number[]
  /** Offset after the row's line end. */
  next: number
  /** What breaks the format, if anything. */
  flaw: string | undefined
}

/**
 * Finds the row that starts at `start`. Returns false where it may go on after `end`; where nothing
 * follows (`isAtEnd`), it ends there.
 */
export function scanRow(bytes: Buffer, start: number, end: number, delimiter: number, isAtEnd: boolean, row: CsvRow) {
  row.cells.length = 0
  row.flaw = undefined
  for (let at = start; ; ) {
    const isQuoted = at < end && bytes[at] === 0x22
    const closing = isQuoted ? findClosingQuote(bytes, at + 1, end) : -1
    if (isQuoted && (closing < 0 || (closing + 1 >= end && !isAtEnd))) {
      if (!isAtEnd) return false
      row.flaw = 'its quote is not closed'
      row.next = end
      return true
    }
    const from = isQuoted ? closing + 1 : at
    const stop = findCellEnd(bytes, from, end, delimiter)
    if (stop === end && !isAtEnd) return false
    const isLast = stop === end || bytes[stop] === 10
    const textEnd = isLast && stop > from && bytes[stop - 1] === 13 ? stop - 1 : stop
    if (isQuoted && textEnd > from) row.flaw = 'text follows a closing quote'
    row.cells.push(isQuoted ? at + 1 : at, isQuoted ? closing : textEnd, isQuoted ? 1 : 0)
    if (isLast) {
      row.next = Math.min(stop + 1, end)
      return true
    }
    at = stop + 1
  }
}

function findCellEnd(bytes: Buffer, from: number, end: number, delimiter: number): number {
  let at = from
  while (at < end && bytes[at] !== delimiter && bytes[at] !== 10) at++
  return at
}

function findClosingQuote(bytes: Buffer, from: number, end: number): number {
  for (let at = from; ; ) {
    const quote = bytes.indexOf(0x22, at)
    if (quote < 0 || quote >= end) return -1
    if (quote + 1 >= end || bytes[quote + 1] !== 0x22) return quote
    at = quote + 2
  }
}
