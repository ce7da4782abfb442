import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collect, wholeFile } from './collect.js'

const folder = join(import.meta.dirname, 'fixtures')
// Written by pyarrow 26: three rows of every type; the stream holds them twice.
const expected = readFileSync(join(folder, 'expected.txt'), 'latin1').trimEnd().split('\n')

test.each([
  ['types-zstd.parquet', 'parquet'],
  ['types-plain-v2.parquet', 'parquet'],
  ['types.arrow', 'arrow'],
  ['types-lz4.arrow', 'arrow'],
  ['types-zstd.arrow', 'arrow'],
] as const)('reads every type of %s exactly', async (name, format) => {
  const { records } = await collect(wholeFile(join(folder, name), format))
  expect(records.map(record => record.text)).toEqual(expected)
})

test('reads an Arrow stream whole', async () => {
  const { records } = await collect(wholeFile(join(folder, 'types-stream.arrow'), 'arrow'))
  expect(records.map(record => record.text)).toEqual([...expected, ...expected])
})
