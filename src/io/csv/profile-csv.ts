import { openDecompressed } from '../compression/open-decompressed.js'
import type { Slice } from '../reader.js'
import { isCsvNumber } from './csv-number.js'
import { CsvRows } from './csv-rows.js'

/** What the cells of a column looked like: none filled, all of them numbers, or some of them not. */
export type CsvColumnLook = 'empty' | 'numbers' | 'text'

const maxRecordBytes = 64 << 20

/**
 * Looks at the first rows of a CSV file and says what each column holds.
 *
 * @throws {InputError} where the file cannot be read or its header is broken
 */
export async function profileCsv(slice: Slice, rowLimit: number): Promise<Map<string, CsvColumnLook>> {
  const source = openDecompressed(slice.path, slice.compression)
  try {
    const rows = new CsvRows(slice, source, maxRecordBytes)
    await rows.open()
    const names = rows.names ?? []
    const looks = names.map((): CsvColumnLook => 'empty')
    for (let seen = 0; seen < rowLimit; ) {
      const step = rows.advance()
      if (step === 'end') break
      if (step === 'more') await rows.readOn()
      if (step !== 'row') continue
      for (let index = 0; index < names.length; index++) {
        if (looks[index] === 'text') continue
        const cell = rows.cellText(index)
        if (cell !== '') looks[index] = !rows.isQuoted(index) && isCsvNumber(cell) ? 'numbers' : 'text'
      }
      rows.pass()
      seen++
    }
    return new Map(names.map((name, index) => [name, looks[index]]))
  } finally {
    await source.close()
  }
}
