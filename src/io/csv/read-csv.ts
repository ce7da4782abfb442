import { isUtf8 } from 'node:buffer'
import { decodeUtf8 } from '../../util/utf8.js'
import { BatchBuilder } from '../batch-builder.js'
import { ByteWindow } from '../byte-window.js'
import { openDecompressed } from '../compression/open-decompressed.js'
import { InputError } from '../input-error.js'
import { startsWithMark } from '../jsonl/read-lines.js'
import type { ReadOptions, RecordBatch, Slice } from '../reader.js'
import { type CsvRow, scanRow } from './scan-row.js'

const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/

/** True where JSON writes a number in just this way, so that nothing of the cell is lost: not `007`, `1.50`, `+1`, `1e3`. */
function isShortestNumber(text: string): boolean {
  return plainNumber.test(text) || (/^-?\d.*\d$/.test(text) && text.includes('e') && String(Number(text)) === text)
}

/**
 * Reads CSV or TSV whose first line names the columns; each further row becomes an object of all columns.
 * Empty lines are passed over; a row with fewer cells than columns has nulls at its end. A row with more
 * cells, a broken quote, or bytes that are not UTF-8 is a defect.
 *
 * A table read as a stream has no column types, so each cell tells its own: an empty one is null, an
 * unquoted number in its shortest form is a number (with all its digits); everything else, everything
 * quoted, and everything in the text field is a string. (Data-Juicer reads through pandas, which decides
 * by column and also takes `1.50` for a number, `True` for a boolean and `NA` for a missing value.)
 *
 * @throws {InputError} where the header is broken or a row goes on beyond `maxRecordBytes`
 */
export async function* readCsv(slice: Slice, options: ReadOptions): AsyncGenerator<RecordBatch> {
  const source = openDecompressed(slice.path, slice.compression)
  try {
    yield* new CsvReader(slice, options, new ByteWindow(source, slice.path, 1 << 20, options.maxRecordBytes)).batches()
  } finally {
    await source.close()
  }
}

class CsvReader {
  private readonly delimiter: number
  private readonly batch: BatchBuilder
  private readonly row: CsvRow = { cells: [], next: 0, flaw: undefined }
  private keys: string[] | undefined
  private textColumn = -1
  private line = 1

  constructor(
    private readonly slice: Slice,
    private readonly options: ReadOptions,
    private readonly window: ByteWindow,
  ) {
    this.delimiter = slice.format === 'tsv' ? 9 : 0x2c
    this.batch = new BatchBuilder(options)
  }

  async *batches(): AsyncGenerator<RecordBatch> {
    const { window, row } = this
    await window.readOn()
    if (startsWithMark(window.bytes, window.end)) window.start = 3
    while (window.start < window.end || !window.isAtEnd) {
      if (!scanRow(window.bytes, window.start, window.end, this.delimiter, window.isAtEnd, row)) {
        await window.readOn()
        continue
      }
      this.takeRow(window.start)
      this.line += countLineFeeds(window.bytes, window.start, row.next)
      window.start = row.next
      if (this.batch.isFull) yield this.batch.take() as RecordBatch
    }
    const last = this.batch.take()
    if (last !== undefined) yield last
  }

  private takeRow(start: number): void {
    const { row, window } = this
    const { bytes } = window
    const [cellStart, cellEnd, isQuoted] = row.cells
    if (row.cells.length === 3 && cellStart === cellEnd && isQuoted === 0) return
    const isValid = isUtf8(bytes.subarray(start, row.next))
    const flaw = isValid ? row.flaw : 'the row is not valid UTF-8'
    if (this.keys === undefined) this.takeHeader(flaw)
    else if (flaw !== undefined) this.addDefect(start, isValid ? 'bad_value' : 'not_utf8', flaw)
    else if (row.cells.length > this.keys.length * 3)
      this.addDefect(start, 'bad_value', `the row has ${row.cells.length / 3} cells, the header ${this.keys.length}`)
    else this.batch.add(this.toObject(this.keys), this.line, window.offsetOf(start))
  }

  private addDefect(start: number, code: 'bad_value' | 'not_utf8', message: string): void {
    const bytes = Buffer.from(this.window.bytes.subarray(start, this.row.next))
    const place = { line: this.line, offset: this.window.offsetOf(start), lengthBytes: bytes.length }
    this.batch.addDefect({ kind: 'defect', ...place, code, message, bytes })
  }

  private takeHeader(flaw: string | undefined): void {
    const { path } = this.slice
    if (flaw !== undefined) throw InputError.corrupt(path, `its header is broken: ${flaw}`)
    const names = Array.from({ length: this.row.cells.length / 3 }, (_, index) => this.cellText(index))
    const twice = names.find((name, index) => names.indexOf(name) < index)
    if (twice !== undefined) throw InputError.corrupt(path, `its header names the column "${twice}" twice`)
    this.textColumn = names.indexOf(this.options.textKey)
    this.keys = names.map(name => JSON.stringify(name))
  }

  private toObject(keys: readonly string[]): string {
    let text = ''
    for (let index = 0; index < keys.length; index++)
      text += `${index === 0 ? '{' : ','}${keys[index]}:${this.cellJson(index)}`
    return `${text}}`
  }

  private cellJson(index: number): string {
    const { cells } = this.row
    const isQuoted = cells[index * 3 + 2] === 1
    if (index * 3 >= cells.length || (cells[index * 3] === cells[index * 3 + 1] && !isQuoted)) return 'null'
    const text = this.cellText(index)
    return !isQuoted && index !== this.textColumn && isShortestNumber(text) ? text : JSON.stringify(text)
  }

  private cellText(index: number): string {
    const { cells } = this.row
    const text = decodeUtf8(this.window.bytes, cells[index * 3], cells[index * 3 + 1])
    return cells[index * 3 + 2] === 1 && text.includes('"') ? text.replaceAll('""', '"') : text
  }
}

function countLineFeeds(bytes: Buffer, from: number, to: number): number {
  let count = 0
  for (let at = bytes.indexOf(10, from); at >= 0 && at < to; at = bytes.indexOf(10, at + 1)) count++
  return count
}
