import { BatchBuilder } from '../batch-builder.js'
import { openDecompressed } from '../compression/open-decompressed.js'
import type { ReadOptions, RecordBatch, Slice } from '../reader.js'
import { isCsvNumber } from './csv-number.js'
import { CsvRows } from './csv-rows.js'

/**
 * Reads CSV or TSV whose first line names the columns; each further row becomes an object of all columns.
 * Empty lines are passed over; a row with fewer cells than columns has nulls at its end. A row with more
 * cells, a broken quote, or bytes that are not UTF-8 is a defect.
 *
 * An empty cell is null. The columns that the slice says hold numbers give numbers, spelled as in the cell; all
 * others give strings. A cell in such a column that is no number gives a string or is a defect, as the slice says.
 * (Data-Juicer reads through pandas, which also takes `True` for a boolean and `NA` for a missing value.)
 *
 * @throws {InputError} where the header is broken
 */
export async function* readCsv(slice: Slice, options: ReadOptions): AsyncGenerator<RecordBatch> {
  const source = openDecompressed(slice.path, slice.compression)
  try {
    const rows = new CsvRows(slice, source, options.maxRecordBytes)
    await rows.open()
    const batch = new BatchBuilder(options)
    const encoder = new RowEncoder(slice, rows.names ?? [])
    for (;;) {
      const step = rows.advance()
      if (step === 'more') {
        await rows.readOn()
        continue
      }
      if (step === 'end') break
      if (step === 'broken') batch.addDefect({ kind: 'defect', ...rows.broken! })
      else {
        encoder.add(rows, batch)
        rows.pass()
      }
      if (batch.isFull) yield batch.take() as RecordBatch
    }
    const last = batch.take()
    if (last !== undefined) yield last
  } finally {
    await source.close()
  }
}

/** Turns rows into JSON objects. */
class RowEncoder {
  readonly #heads: readonly string[]
  readonly #names: readonly string[]
  readonly #isNumber: readonly boolean[]
  readonly #refusesMisfits: boolean

  constructor({ reading }: Slice, names: readonly string[]) {
    const numbers = new Set(reading?.numbers)
    this.#names = names
    this.#heads = names.map((name, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
    this.#isNumber = names.map(name => numbers.has(name))
    this.#refusesMisfits = reading?.misfits === 'quarantine'
  }

  add(rows: CsvRows, batch: BatchBuilder): void {
    let text = ''
    for (let index = 0; index < this.#heads.length; index++) {
      const cell = rows.cellText(index)
      const isNumber = this.#isNumber[index] && !rows.isQuoted(index) && isCsvNumber(cell)
      if (this.#isNumber[index] && !isNumber && cell !== '' && this.#refusesMisfits) {
        batch.addDefect(this.#misfit(rows, index, cell))
        return
      }
      const isNull = cell === '' && (this.#isNumber[index] || !rows.isQuoted(index))
      text += this.#heads[index] + (isNull ? 'null' : isNumber ? cell : JSON.stringify(cell))
    }
    batch.add(`${text}}`, rows.line, rows.offset)
  }

  #misfit(rows: CsvRows, index: number, cell: string) {
    const name = this.#names[index]
    const shown = JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell)
    const bytes = rows.copyRow()
    return {
      kind: 'defect',
      code: 'bad_value',
      line: rows.line,
      offset: rows.offset,
      lengthBytes: bytes.length,
      message: `column ${JSON.stringify(name)} holds numbers in the rows that were looked at, and ${shown} here; csv_types: {${JSON.stringify(name)}: text} reads all of it as text`,
      bytes,
    } as const
  }
}
