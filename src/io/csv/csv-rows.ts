import { isUtf8 } from 'node:buffer'
import { decodeUtf8 } from '../../util/utf8.js'
import type { ByteSource } from '../byte-source.js'
import { ByteWindow } from '../byte-window.js'
import { InputError } from '../input-error.js'
import { startsWithMark } from '../jsonl/read-lines.js'
import type { Slice } from '../reader.js'
import { BrokenRow } from './broken-row.js'
import { type CsvRow, endsHeaderWithCr, RowScanner } from './scan-row.js'

const tab = 9
const comma = 0x2c

/** A place of a CSV file that holds no row, with the lines it spans. */
export interface BrokenPlace {
  readonly line: number
  readonly offset: number
  readonly code: 'bad_value' | 'not_utf8'
  readonly message: string
  readonly lengthBytes: number
  readonly bytes: Buffer | undefined
}

/** What `advance` found: a row, a place that holds none, that more must be read first, or the end. */
export type CsvStep = 'row' | 'broken' | 'more' | 'end'

/**
 * Finds the rows of a CSV file one after another. A row that is broken and goes on over several lines costs its first
 * line alone: what follows is taken for rows again as soon as a line has as many cells as the header. So one quote
 * that nobody closed does not swallow the rest.
 */
export class CsvRows {
  readonly row: CsvRow = { cells: [], next: 0, flaw: undefined }
  /** The columns, once the header was read. */
  names: readonly string[] | undefined
  /** Of the row or broken place at hand, from 1. */
  line = 1
  broken: BrokenPlace | undefined
  readonly #slice: Slice
  readonly #window: ByteWindow
  readonly #maxRecordBytes: number
  #scanner = new RowScanner({ delimiter: comma, endsWithCr: false }, this.row)
  #nextLine = 1
  #open: BrokenRow | undefined

  constructor(slice: Slice, source: ByteSource, maxRecordBytes: number) {
    this.#slice = slice
    this.#maxRecordBytes = maxRecordBytes
    this.#window = new ByteWindow(source, { path: slice.path, sizeBytes: 1 << 20, maxRecordBytes })
  }

  /**
   * Reads the header.
   *
   * @throws {InputError} where it is broken or names a column twice
   */
  async open(): Promise<void> {
    const window = this.#window
    const { path, format } = this.#slice
    await window.readOn()
    if (startsWithMark(window.bytes, window.end)) window.start = 3
    for (;;) {
      const { isAtEnd } = window
      const endsWithCr = endsHeaderWithCr(window)
      if (endsWithCr !== undefined) {
        this.#scanner = new RowScanner({ delimiter: format === 'tsv' ? tab : comma, endsWithCr }, this.row)
        if (this.#scanner.scan(window)) {
          if (!this.#isEmptyLine()) break
          this.pass()
          if (window.start < window.end || !isAtEnd) continue
          return
        }
      }
      await window.readOn()
    }
    const flaw = isUtf8(window.bytes.subarray(window.start, this.row.next)) ? this.row.flaw : 'it is not valid UTF-8'
    if (flaw !== undefined) throw InputError.corrupt(path, `its header is broken: ${flaw}`)
    const names = Array.from({ length: this.row.cells.length / 3 }, (_, index) => this.cellText(index))
    const twice = names.find((name, index) => names.indexOf(name) < index)
    if (twice !== undefined) throw InputError.corrupt(path, `its header names the column "${twice}" twice`)
    this.names = names
    this.pass()
  }

  /** Moves on; the row or broken place before is gone afterwards. Empty lines are passed over. */
  advance(): CsvStep {
    const window = this.#window
    this.broken = undefined
    while (window.start < window.end || !window.isAtEnd) {
      if (this.#open?.isInLine) {
        if (!this.#finishLine(this.#open)) return 'more'
        continue
      }
      if (!this.#scanner.scan(window)) {
        if (window.end - window.start <= this.#maxRecordBytes) return 'more'
        this.row.flaw = `it does not end within the limit of ${this.#maxRecordBytes} bytes`
        this.row.next = window.end
      }
      if (this.#isEmptyLine()) {
        this.pass()
        continue
      }
      const flaw = this.#flawOfRow()
      if (flaw === undefined && (this.#open === undefined || this.#hasAllCells())) {
        if (this.#open !== undefined) return this.#closeBroken(this.#open)
        this.line = this.#nextLine
        return 'row'
      }
      const isOneLine = this.#open === undefined && this.#isOneLine()
      this.#breakLine(flaw)
      // Nothing of it went on behind its line, so that what follows is not in doubt.
      if (isOneLine && this.#open !== undefined && !this.#open.isInLine) return this.#closeBroken(this.#open)
    }
    if (this.#open?.isInLine) this.#open.endLine()
    return this.#open === undefined ? 'end' : this.#closeBroken(this.#open)
  }

  async readOn(): Promise<void> {
    await this.#window.readOn()
  }

  /** File offset of the row at hand. */
  get offset(): number {
    return this.#window.offsetOf(this.#window.start)
  }

  isQuoted(index: number): boolean {
    return this.row.cells[index * 3 + 2] === 1
  }

  /** The text of a cell of the row at hand; of one that the row does not have, nothing. */
  cellText(index: number): string {
    const { cells } = this.row
    if (index * 3 >= cells.length) return ''
    const text = decodeUtf8(this.#window.bytes, cells[index * 3], cells[index * 3 + 1])
    return this.isQuoted(index) && text.includes('"') ? text.replaceAll('""', '"') : text
  }

  /** The bytes of the row at hand, in memory of their own. */
  copyRow(): Buffer {
    return Buffer.from(this.#window.bytes.subarray(this.#window.start, this.row.next))
  }

  #isEmptyLine(): boolean {
    const [start, end, isQuoted] = this.row.cells
    return this.row.flaw === undefined && this.row.cells.length === 3 && start === end && isQuoted === 0
  }

  #isOneLine(): boolean {
    const { bytes, start, end } = this.#window
    return (this.#scanner.endOfLine(bytes, start, end) ?? end) >= this.row.next
  }

  #hasAllCells(): boolean {
    return this.row.cells.length === (this.names?.length ?? 0) * 3
  }

  #flawOfRow(): string | undefined {
    const { row } = this
    const window = this.#window
    if (!isUtf8(window.bytes.subarray(window.start, row.next))) return BrokenRow.notUtf8
    if (row.flaw !== undefined) return row.flaw
    const columns = this.names?.length ?? 0
    return row.cells.length > columns * 3
      ? `the row has ${row.cells.length / 3} cells, the header ${columns}`
      : undefined
  }

  /** Adds the first line of what is at hand to the broken place, which begins with it where there is none yet. */
  #breakLine(flaw: string | undefined): void {
    this.#open ??= new BrokenRow({ line: this.#nextLine, offset: this.offset, flaw: flaw ?? '' }, this.#maxRecordBytes)
    this.#open.beginLine()
    this.#finishLine(this.#open)
  }

  #finishLine(open: BrokenRow): boolean {
    const window = this.#window
    const lineEnd = this.#scanner.endOfLine(window.bytes, window.start, window.end)
    const to = lineEnd ?? window.end
    open.add(window.bytes.subarray(window.start, to))
    window.start = to
    if (lineEnd === undefined && !window.isAtEnd) return false
    open.endLine()
    this.#nextLine++
    return true
  }

  #closeBroken(open: BrokenRow): CsvStep {
    this.broken = open.place()
    this.#open = undefined
    return 'broken'
  }

  /** Passes over the row that `advance` found, once it was taken. */
  pass(): void {
    const window = this.#window
    for (let at = window.start; at < this.row.next; ) {
      const next = this.#scanner.endOfLine(window.bytes, at, this.row.next)
      if (next === undefined) break
      this.#nextLine++
      at = next
    }
    window.start = this.row.next
  }
}
