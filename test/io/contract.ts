import { createHash } from 'node:crypto'
import { readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { surveyFile } from '../../src/io/open-reader.js'
import { inferSchema, openWriter } from '../../src/io/open-writer.js'
import type { DatasetFormat, FileCompression, Slice } from '../../src/io/reader.js'
import type { RowBatch, WriterOptions } from '../../src/io/writer.js'
import { type CollectedSlice, collect, wholeFile, withTypes } from './collect.js'
import { fileSink } from './sinks.js'
import { tempFolder } from './temp-folder.js'

/** Rows as a batch, each in a line of its own as a reader finds them. */
export function batchOf(rows: readonly string[]): RowBatch {
  const bytes = Buffer.from(rows.map(row => `${row}\n`).join(''))
  let start = 0
  const places = rows.map(row => {
    const end = start + Buffer.byteLength(row)
    const place = { start, end }
    start = end + 1
    return place
  })
  return { bytes, rows: places }
}

async function* eachOf<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values
}

interface RowsOptions extends Pick<WriterOptions, 'format'> {
  readonly compression?: FileCompression
  readonly batchRows?: number
}

/** Writes rows in batches of the given sizes (the last for what is left). */
export async function writeRows(
  path: string,
  rows: readonly string[],
  { format, compression = 'none', batchRows = rows.length + 1 }: RowsOptions,
): Promise<void> {
  const batches: RowBatch[] = []
  for (let at = 0; at < rows.length; at += batchRows) batches.push(batchOf(rows.slice(at, at + batchRows)))
  const schema = await inferSchema(eachOf(batches))
  const sink = fileSink(path)
  const writer = await openWriter(sink, { format, compression, schema })
  for (const batch of batches) await writer.write(batch)
  await writer.finish()
  sink.close()
}

/** One slice a row group or record batch; the whole file where it has none. */
export async function cutFinely(path: string, format: DatasetFormat, compression: FileCompression): Promise<Slice[]> {
  const survey = await surveyFile(path, format, compression)
  if (survey.kind !== 'groups') return [await withTypes(wholeFile(path, format, compression))]
  return survey.groups.map((_, index) => ({
    ...wholeFile(path, format, compression),
    cut: { kind: 'groups', start: index, end: index + 1 },
  }))
}

const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '1', '01', 'null', 'a,b', '"', 'a\tb', 'x\r\ny', '\ufeff'),
)
const flatRow = fc.record(
  {
    text: word.map(text => Buffer.from(text).toString()),
    // A column of longer numbers is text.
    id: fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
    'a "key"': fc.option(fc.integer().map(value => value / 1000 + 0)),
  },
  { noNullPrototype: true },
)
const richRow = fc.record(
  {
    text: word,
    meta: fc.option(fc.jsonValue({ maxDepth: 3 }), { nil: null }),
    list: fc.array(fc.oneof(fc.integer(), word), { maxLength: 3 }),
    mixed: fc.oneof(fc.integer(), word, fc.boolean()),
  },
  { noNullPrototype: true },
)

/** Values of one type each: scalars, lists of one type, objects that all have the same fields. */
const { valuesOfOneType } = fc.letrec<{ valuesOfOneType: fc.Arbitrary<unknown> }>(tie => ({
  valuesOfOneType: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<fc.Arbitrary<unknown>>(word, fc.boolean(), fc.maxSafeInteger(), fc.double({ noNaN: true })),
    tie('valuesOfOneType').map(items => fc.array(fc.option(items), { maxLength: 3 })),
    fc
      .dictionary(word, tie('valuesOfOneType'), { minKeys: 1, maxKeys: 3, noNullPrototype: true })
      .map(fields => fc.record(mapValues(fields, fc.option), { noNullPrototype: true })),
  ),
}))

function mapValues<T, U>(object: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))
}

export interface FormatUnderTest {
  readonly format: WriterOptions['format']
  readonly compression: FileCompression
  /** False for formats that keep no nesting. */
  readonly isNested: boolean
}

/** Stands for a large value in comparisons. */
function sumOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

/** What every format that can be read and written has to keep. */
export function describeFormat({ format, compression, isNested }: FormatUnderTest): void {
  describe(`${format}, compression ${compression}`, () => {
    const read = (path: string, options = {}): Promise<CollectedSlice> =>
      withTypes(wholeFile(path, format, compression)).then(slice => collect(slice, options))
    const values = async (path: string) =>
      (await read(path)).records.map(record => {
        expect(record.kind).toBe('record')
        return JSON.parse(Buffer.from(record.text, 'latin1').toString())
      })

    test('rows come back in order and by value', async () => {
      const path = join(tempFolder(), 'data')
      const row: fc.Arbitrary<object> = isNested ? richRow : flatRow
      const property = fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async rows => {
        await writeRows(
          path,
          rows.map(value => JSON.stringify(value)),
          { format, compression },
        )
        expect(await values(path)).toEqual(rows.map(value => JSON.parse(JSON.stringify(value))))
      })
      await fc.assert(property, { numRuns: compression === 'zstd' ? 30 : 100 })
    })

    if (isNested) {
      test('lists and objects of one shape come back by value', async () => {
        const path = join(tempFolder(), 'data')
        const rowsOfOneType = valuesOfOneType.chain(column =>
          fc.array(fc.record({ column: fc.option(column) }, { noNullPrototype: true }), {
            minLength: 1,
            maxLength: 10,
          }),
        )
        const property = fc.asyncProperty(rowsOfOneType, async rows => {
          const lines = rows.map(row => JSON.stringify(row))
          await writeRows(path, lines, { format, compression })
          expect(await values(path)).toEqual(lines.map(line => JSON.parse(line)))
        })
        await fc.assert(property, { numRuns: compression === 'zstd' ? 30 : 200 })
      })
    }

    test('a file of no rows reads as no records', async () => {
      const path = join(tempFolder(), 'data')
      await writeRows(path, [], { format, compression })
      expect((await read(path)).records).toEqual([])
    })

    const rows = Array.from({ length: 23_000 }, (_, id) =>
      JSON.stringify({ id, text: `text ${'ä'.repeat(id % 97)}, "${id}"`, n: id % 7 === 0 ? null : id / 4 }),
    )

    test('what is written does not depend on how rows were batched', async () => {
      const folder = tempFolder()
      await writeRows(join(folder, 'a'), rows, { format, compression })
      await writeRows(join(folder, 'b'), rows, { format, compression, batchRows: 611 })
      expect(readFileSync(join(folder, 'a')).equals(readFileSync(join(folder, 'b')))).toBe(true)
    })

    test('batches are cut alike on every read, and their size changes no record', async () => {
      const path = join(tempFolder(), 'data')
      await writeRows(path, rows, { format, compression })
      const first = await read(path, { batchBytes: 10_000 })
      expect(sumOf(await read(path, { batchBytes: 10_000 }))).toBe(sumOf(first))
      expect(first.records.length).toBe(rows.length)
      expect(first.shape.length).toBeGreaterThan(50)
      const other = await read(path, { batchBytes: 77 })
      expect(sumOf({ ...other, shape: [] })).toBe(sumOf({ ...first, shape: [] }))
      expect(other.raw.equals(first.raw)).toBe(true)
    })

    test('slices join to the whole file', async () => {
      const path = join(tempFolder(), 'data')
      await writeRows(path, rows, { format, compression })
      const slices = await cutFinely(path, format, compression)
      expect(slices.length).toBe(format === 'parquet' || format === 'arrow' ? 3 : 1)
      const pieces = await Promise.all(slices.map(slice => collect(slice)))
      const texts = ({ records }: CollectedSlice) => records.map(record => record.text)
      expect(sumOf(pieces.flatMap(texts))).toBe(sumOf(texts(await read(path))))
    })

    test('a record beyond the limit is reported by reference', async () => {
      if (format === 'json' || format === 'csv' || format === 'tsv') return
      const path = join(tempFolder(), 'data')
      await writeRows(path, ['{"text":"a"}', `{"text":"${'x'.repeat(5000)}"}`, '{"text":"b"}'], { format, compression })
      const { records } = await read(path, { maxRecordBytes: 1000 })
      expect(records.map(record => record.code)).toEqual([undefined, 'too_large', undefined])
      expect(records[1]).toMatchObject({ line: 2, text: '', lengthBytes: 5011 })
    })

    test('a truncated file fails', async () => {
      if (compression === 'none' && format !== 'parquet' && format !== 'arrow' && format !== 'json') return
      const path = join(tempFolder(), 'data')
      await writeRows(path, rows.slice(0, 500), { format, compression })
      truncateSync(path, statSync(path).size - 9)
      await expect(read(path)).rejects.toMatchObject({ name: 'InputError', path })
    })
  })
}
