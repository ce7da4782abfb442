import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openTableWriter, readTable, type TableSelection } from '../../src/io/table.js'
import type { TableColumn, TableCompression, TableFormat, TableRows } from '../../src/io/writer.js'
import { fileSink } from './sinks.js'
import { tempFolder } from './temp-folder.js'

const columns: TableColumn[] = [
  { name: 'origin', isNullable: false },
  { name: 'stats', isNullable: true },
]
const kinds: [TableFormat, TableCompression][] = [
  ['parquet', 'snappy'],
  ['parquet', 'gzip'],
  ['parquet', 'none'],
  ['arrow', 'snappy'],
  ['arrow', 'gzip'],
  ['arrow', 'none'],
]

type Row = [string, string | null]

async function write(path: string, [format, compression]: [TableFormat, TableCompression], batches: Row[][]) {
  const sink = fileSink(path)
  const writer = await openTableWriter(sink, columns, { format, compression })
  for (const rows of batches) {
    const origins = rows.map(([origin]) => Buffer.from(origin))
    await writer.write([origins, rows.map(([, stats]) => (stats === null ? null : Buffer.from(stats)))])
  }
  await writer.finish()
  sink.close()
}

async function read(path: string, format: TableFormat, selection: TableSelection): Promise<string[][]> {
  const found: (string | null)[][] = []
  const text = (value: Buffer | null) => (value === null ? null : value.toString())
  for await (const batch of readTable(path, format, selection) as AsyncIterable<TableRows>) {
    expect(batch[0].length).toBeLessThanOrEqual(selection.batchRows)
    batch[0].forEach((_, row) => {
      found.push(batch.map(column => text(column[row])))
    })
  }
  return found as string[][]
}

test.each(kinds)('a %s table compressed with %s gives back its rows', async (...kind) => {
  const path = join(tempFolder(), 'table')
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('\0'))
  const row = fc.tuple(text, fc.option(text))
  const property = fc.asyncProperty(
    fc.array(row, { maxLength: 40 }),
    fc.integer({ min: 1, max: 50 }),
    async (rows, n) => {
      await write(path, kind, [rows])
      expect(await read(path, kind[0], { columnNames: ['origin', 'stats'], batchRows: n })).toEqual(rows)
      expect(await read(path, kind[0], { columnNames: ['stats'], batchRows: n })).toEqual(
        rows.map(([, stats]) => [stats]),
      )
    },
  )
  await fc.assert(property, { numRuns: 50 })
})

test.each(kinds)(
  'the bytes of a %s table compressed with %s do not depend on how rows were batched',
  async (...kind) => {
    const folder = tempFolder()
    const rows = Array.from({ length: 25_000 }, (_, i): Row => [`p:${i}`, i % 3 === 0 ? null : 'x'.repeat(i % 1500)])
    await write(join(folder, 'a'), kind, [rows])
    const batches: Row[][] = []
    for (let at = 0, size = 1; at < rows.length; at += size, size = (size * 7) % 1013)
      batches.push(rows.slice(at, at + size))
    await write(join(folder, 'b'), kind, batches)
    expect(readFileSync(join(folder, 'a')).equals(readFileSync(join(folder, 'b')))).toBe(true)
    expect(await read(join(folder, 'b'), kind[0], { columnNames: ['origin', 'stats'], batchRows: 999 })).toEqual(rows)
  },
)

test.each(kinds)('a damaged %s table (%s) is named in the error', async (...kind) => {
  const path = join(tempFolder(), 'table')
  await write(path, kind, [Array.from({ length: 100 }, (_, i): Row => [`p:${i}`, null])])
  const whole = readFileSync(path)
  for (const content of [Buffer.from('not a table at all'), whole.subarray(0, whole.length - 30), Buffer.alloc(0)]) {
    writeFileSync(path, content)
    await expect(read(path, kind[0], { columnNames: ['origin'], batchRows: 10 })).rejects.toMatchObject({
      name: 'InputError',
      path,
    })
  }
})
