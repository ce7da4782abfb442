import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isCsvNumber } from '../../src/io/csv/csv-number.js'
import { type Collected, collect, wholeFile, withTypes } from './collect.js'
import { tempFolder } from './temp-folder.js'

async function read(text: string, options = {}): Promise<Collected[]> {
  const path = join(tempFolder(), 'a.csv')
  writeFileSync(path, text)
  return (await collect(await withTypes(wholeFile(path, 'csv')), options)).records
}

/** Rows as JSON, defects as what is said of them. */
async function told(text: string, options = {}): Promise<string[]> {
  const path = join(tempFolder(), 'a.csv')
  writeFileSync(path, text)
  const { records } = await collect(await withTypes(wholeFile(path, 'csv')), options)
  return records.map(({ kind, text: content, line }) => (kind === 'record' ? content : `line ${line}: ${content}`))
}

test('lines may end with CR alone, with LF, or with both, and quoted ones go on behind either', async () => {
  for (const end of ['\r', '\n', '\r\n'])
    for (const last of ['', end]) {
      const text = ['id,text', '1,one', `2,"two${end}lines"`, '', `3,three${last}`].join(end)
      expect(await told(text)).toEqual([
        '{"id":1,"text":"one"}',
        `{"id":2,"text":${JSON.stringify(`two${end}lines`)}}`,
        '{"id":3,"text":"three"}',
      ])
    }
})

test('a CR inside of a cell is text where lines end with LF', async () => {
  expect(await told('id,text\n1,a\rb\n')).toEqual(['{"id":1,"text":"a\\rb"}'])
})

test('where a batch ends changes nothing, whatever ends lines', async () => {
  const cell = fc.constantFrom('1', 'x', '"a\rb"', '"a\nb"', '"a""b"', '', '"open', 'q"q')
  const property = fc.asyncProperty(
    fc.array(fc.tuple(cell, cell), { maxLength: 12 }),
    fc.constantFrom('\r', '\n', '\r\n'),
    async (rows, end) => {
      const text = ['a,b', ...rows.map(row => row.join(','))].join(end)
      expect(await told(text, { batchBytes: 1 })).toEqual(await told(text))
    },
  )
  await fc.assert(property, { numRuns: 200 })
})

test('a column is a number only where every cell is spelled as one with at most 15 digits', async () => {
  const rows = await told('zip,n,big,mixed,empty,quoted\n01234,1.50,1234567890123456,1,,"1"\n99999,-2e3,1,x,,"2"\n')
  expect(rows).toEqual([
    '{"zip":"01234","n":1.50,"big":"1234567890123456","mixed":"1","empty":null,"quoted":"1"}',
    '{"zip":"99999","n":-2e3,"big":"1","mixed":"x","empty":null,"quoted":"2"}',
  ])
  for (const text of ['0', '-0', '0.5', '1e5', '123456789012345', '0.00000123456789012345'])
    expect(isCsvNumber(text), text).toBe(true)
  for (const text of [
    '',
    '+1',
    '.5',
    '1.',
    '007',
    '0x1',
    'NaN',
    'Infinity',
    '1e999',
    '1_000',
    ' 1',
    '1234567890123456',
  ])
    expect(isCsvNumber(text), text).toBe(false)
})

test('a later cell that does not fit stays text, or its row is a defect with the remedy', async () => {
  const path = join(tempFolder(), 'a.csv')
  writeFileSync(path, 'id,text\n1,a\nn/a,b\n3,c\n')
  const slice = (misfits: 'text' | 'quarantine') => ({
    ...wholeFile(path, 'csv'),
    reading: { numbers: ['id'], misfits },
  })
  expect((await collect(slice('text'))).records.map(({ text }) => text)).toEqual([
    '{"id":1,"text":"a"}',
    '{"id":"n/a","text":"b"}',
    '{"id":3,"text":"c"}',
  ])
  const { records } = await collect(slice('quarantine'))
  expect(records.map(({ kind, text }) => [kind, text])).toEqual([
    ['record', '{"id":1,"text":"a"}'],
    ['defect', 'n/a,b\n'],
    ['record', '{"id":3,"text":"c"}'],
  ])
})

test('a quote that nobody closed costs its own line alone', async () => {
  const rows = Array.from({ length: 900 }, (_, id) => `${id},text ${id}`)
  rows[1] = '1,"open'
  const records = await read(`id,text\n${rows.join('\n')}\n`)
  expect(records.length).toBe(900)
  expect(records.filter(({ kind }) => kind === 'defect')).toMatchObject([
    { line: 3, text: '1,"open\n', lengthBytes: 8 },
  ])
  expect(records.at(-1)).toMatchObject({ line: 901, text: '{"id":899,"text":"text 899"}' })
})

test('what follows a broken row belongs to it until a line has as many cells as the header', async () => {
  expect(await told('a,b\n1,"x\nmiddle\nend" y,z\n2,ok\n3,ok\n')).toEqual([
    'line 2: 1,"x\nmiddle\n',
    '{"a":"end\\" y","b":"z"}',
    '{"a":"2","b":"ok"}',
    '{"a":"3","b":"ok"}',
  ])
})

test('a quote that is not closed within the limit of a record is no reason to give up the file', async () => {
  const text = `a,b\n1,"open\n${'2,x\n'.repeat(2000)}`
  const records = await read(text, { maxRecordBytes: 1000 })
  expect(records.filter(({ kind }) => kind === 'defect').length).toBe(1)
  expect(records.filter(({ kind }) => kind === 'record').length).toBe(2000)
})

test('rows that are broken each on its own line are entries of their own', async () => {
  expect(await told('a,b\n1,x,\n2,y,\n"q"r,z\n3,ok\n')).toEqual([
    'line 2: 1,x,\n',
    'line 3: 2,y,\n',
    'line 4: "q"r,z\n',
    '{"a":3,"b":"ok"}',
  ])
})
