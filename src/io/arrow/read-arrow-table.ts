import { closeSync, readSync } from 'node:fs'
import { type Data, RecordBatchReader, type Utf8 } from 'apache-arrow'
import { openForReading } from '../byte-source.js'
import { openDecompressed } from '../compression/open-decompressed.js'
import { InputError } from '../input-error.js'
import type { TableRows } from '../writer.js'
import { readFrames } from './stream-frames.js'
import { readTextColumn } from './text-column.js'

/** Reads text columns of an Arrow stream, also a gzipped one, one record batch in memory at a time. */
export async function* readArrowTable(
  path: string,
  columnNames: readonly string[],
  batchRows: number,
): AsyncGenerator<TableRows> {
  try {
    const reader = await RecordBatchReader.from(
      readFrames(path, openDecompressed(path, isGzip(path) ? 'gzip' : 'none')),
    )
    for await (const batch of reader) {
      const columns = columnNames.map(name => {
        const column = batch.getChild(name)
        if (column === null) throw InputError.corrupt(path, `it has no column "${name}"`)
        return column.data.flatMap(data => [...readTextColumn(data as Data<Utf8>)])
      })
      for (let from = 0; from < batch.numRows; from += batchRows)
        yield columns.map(column => column.slice(from, from + batchRows))
    }
  } catch (error) {
    throw describeArrowError(path, error)
  }
}

function isGzip(path: string): boolean {
  const fd = openForReading(path)
  const head = Buffer.alloc(2)
  const count = readSync(fd, head, 0, 2, 0)
  closeSync(fd)
  return count === 2 && head[0] === 0x1f && head[1] === 0x8b
}

/** apache-arrow throws plain errors for whatever it cannot read; what JavaScript says of places that are not there tells nobody anything. */
export function describeArrowError(path: string, error: unknown): unknown {
  if (error instanceof InputError || (error as NodeJS.ErrnoException).syscall !== undefined) return error
  const isBroken = !(error instanceof Error) || ['RangeError', 'TypeError', 'SyntaxError'].includes(error.name)
  return InputError.corrupt(
    path,
    `cannot be read as Arrow (${isBroken ? 'its structure is damaged' : error.message})`,
    error,
  )
}
