import { closeSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { compress } from '@mongodb-js/zstd'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alignToLine, readSlice, surveyFile } from '../../src/io/open-reader.js'
import type { Slice } from '../../src/io/reader.js'
import { type Collected, collect, defaults, wholeFile } from './collect.js'
import { tempFolder } from './temp-folder.js'

const mark = '\xef\xbb\xbf'

/** Lines as the format defines them, found the slow and obvious way. */
function expectedRecords(content: Buffer, maxRecordBytes: number): Collected[] {
  const records: Collected[] = []
  const text = content.toString('latin1')
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  let offset = 0
  for (const [index, whole] of lines.entries()) {
    const hasMark = index === 0 && whole.startsWith(mark)
    const line = hasMark ? whole.slice(3) : whole
    const at = { line: index + 1, offset: hasMark ? 3 : offset }
    offset += whole.length + 1
    if (/^[ \t\r]*$/.test(line)) continue
    const bytes = Buffer.from(line, 'latin1')
    if (line.length > maxRecordBytes)
      records.push({ kind: 'defect', ...at, text: '', code: 'too_large', lengthBytes: line.length })
    else if (!Buffer.from(bytes.toString('utf8')).equals(bytes))
      records.push({ kind: 'defect', ...at, text: line, code: 'not_utf8', lengthBytes: line.length })
    else records.push({ kind: 'record', ...at, text: line })
  }
  return records
}

const hostileLine = fc.oneof(
  fc.constantFrom('', ' \t', '\r', '{}', '{"__proto__":1}', '{"n":1e400}', '{"n":12345678901234567890}', mark),
  fc.constantFrom('{"a":"\0"}', '\0', '\xff\xfe', '{"a":"\xc3"}', '{"a":"\xc3\xa9"}\r', '{"a":', `${'x'.repeat(90)}`),
  fc.string({ maxLength: 40, unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)) }),
)
const hostileFile = fc
  .tuple(fc.constantFrom('', mark), fc.array(hostileLine, { maxLength: 30 }), fc.constantFrom('', '\n', '\r\n'))
  .map(([start, lines, end]) => Buffer.from(start + lines.join('\n') + end, 'latin1'))

test('finds the records of hostile files as a plain split at line feeds does, whatever the batch size', async () => {
  const path = join(tempFolder(), 'hostile.jsonl')
  await fc.assert(
    fc.asyncProperty(hostileFile, fc.integer({ min: 1, max: 200 }), async (content, batchBytes) => {
      writeFileSync(path, content)
      const maxRecordBytes = 64
      const found = await collect(wholeFile(path, 'jsonl'), { batchBytes, maxRecordBytes })
      expect(found.raw.equals(content)).toBe(true)
      expect(found.records).toEqual(expectedRecords(content, maxRecordBytes))
      expect((await collect(wholeFile(path, 'jsonl'), { batchBytes, maxRecordBytes })).shape).toEqual(found.shape)
    }),
    { numRuns: 1000 },
  )
})

test('slices cut anywhere and aligned to lines join to the whole file', async () => {
  const path = join(tempFolder(), 'cut.jsonl')
  const property = fc.asyncProperty(hostileFile, fc.array(fc.nat(400), { maxLength: 4 }), async (content, wishes) => {
    writeFileSync(path, content)
    const size = content.length
    const cuts = [0, ...wishes.map(at => alignToLine(path, Math.min(at, size), size)), size].sort((a, b) => a - b)
    const whole = await collect(wholeFile(path, 'jsonl'), { maxRecordBytes: 64 })
    const pieces = []
    for (const [index, start] of cuts.slice(0, -1).entries()) {
      const slice: Slice = { ...wholeFile(path, 'jsonl'), cut: { kind: 'bytes', start, end: cuts[index + 1] } }
      pieces.push(await collect(slice, { maxRecordBytes: 64, batchBytes: 50 }))
    }
    expect(Buffer.concat(pieces.map(piece => piece.raw)).equals(content)).toBe(true)
    const place = ({ line: _, ...record }: Collected) => record
    expect(pieces.flatMap(piece => piece.records).map(place)).toEqual(whole.records.map(place))
  })
  await fc.assert(property, { numRuns: 500 })
})

test('aligns an offset to the start of the next line', () => {
  const path = join(tempFolder(), 'lines.jsonl')
  writeFileSync(path, 'ab\ncd\n\nef')
  expect([0, 1, 2, 3, 4, 6, 7, 8, 9].map(at => alignToLine(path, at, 9))).toEqual([0, 3, 3, 3, 6, 6, 7, 9, 9])
})

test.each(['gzip', 'zstd'] as const)('reads %s files of several members like the plain file', async compression => {
  const path = join(tempFolder(), 'packed')
  const pack = async (text: string) =>
    compression === 'gzip' ? gzipSync(Buffer.from(text)) : compress(Buffer.from(text), 3)
  const first = `${mark}{"a":1}\n\n${'{"long":"'}${'x'.repeat(100_000)}`
  writeFileSync(path, Buffer.concat([await pack(Buffer.from(first, 'latin1').toString()), await pack('"}\r\n{"b":2}')]))
  const { records } = await collect(wholeFile(path, 'jsonl', compression), { batchBytes: 1000 })
  expect(records.map(record => [record.line, record.text.length, record.offset])).toEqual([
    [1, 7, -1],
    [3, 100_012, -1],
    [4, 7, -1],
  ])
})

test('passes over a line of 200 MB in bounded memory and reports where it stands', async () => {
  const path = join(tempFolder(), 'long.jsonl')
  const fd = openSync(path, 'w')
  const piece = Buffer.alloc(10_000_000, 'x')
  writeSync(fd, '{"a":1}\n')
  for (let i = 0; i < 20; i++) writeSync(fd, piece)
  writeSync(fd, '\n{"b":2}')
  closeSync(fd)
  const options = { ...defaults, batchBytes: 1 << 20, maxRecordBytes: 8_000_000 }
  const before = process.memoryUsage().arrayBuffers
  let peak = 0
  let rawBytes = 0
  const found: unknown[] = []
  for await (const { raw, records } of readSlice(wholeFile(path, 'jsonl'), options)) {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
    rawBytes += raw.length
    for (const { kind, line, offset } of records) found.push([kind, line, offset])
  }
  expect(found).toEqual([
    ['record', 1, 0],
    ['defect', 2, 8],
    ['record', 3, 200_000_009],
  ])
  expect(rawBytes).toBe(statSync(path).size)
  expect(peak).toBeLessThan(50_000_000)
  expect(alignToLine(path, 9, rawBytes)).toBe(200_000_009)
})

test('keeps a line of depth 10,000 whole and leaves its JSON to the consumer', async () => {
  const path = join(tempFolder(), 'deep.jsonl')
  const deep = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`
  writeFileSync(path, `${deep}\nnot json\n`)
  const { records } = await collect(wholeFile(path, 'jsonl'), { batchBytes: 100 })
  expect(records.map(record => record.text)).toEqual([deep, 'not json'])
})

test('fails when a file became shorter than the slice cut from it', async () => {
  const path = join(tempFolder(), 'short.jsonl')
  writeFileSync(path, '{}\n')
  const slice: Slice = { ...wholeFile(path, 'jsonl'), cut: { kind: 'bytes', start: 0, end: 100 } }
  await expect(collect(slice)).rejects.toMatchObject({ code: 'changed', path })
})

test('a missing file is named in the error', async () => {
  const path = join(tempFolder(), 'absent.jsonl')
  await expect(collect(wholeFile(path, 'jsonl'))).rejects.toMatchObject({ code: 'missing', path })
  await expect(surveyFile(path, 'jsonl', 'none')).rejects.toMatchObject({ code: 'missing', path })
})

test.each(['gzip', 'zstd'] as const)(
  'damaged and truncated %s files fail and never end early in silence',
  async kind => {
    const path = join(tempFolder(), 'damaged')
    const text = Buffer.from(Array.from({ length: 5000 }, (_, i) => `{"i":${i * 7919}}\n`).join(''))
    const packed = kind === 'gzip' ? gzipSync(text) : await compress(text, 3)
    const slice = wholeFile(path, 'jsonl', kind)
    for (const keep of [0, 1, 10, packed.length >> 1, packed.length - 1]) {
      writeFileSync(path, packed.subarray(0, keep))
      await expect(collect(slice), `${keep} bytes`).rejects.toMatchObject({ name: 'InputError', path })
    }
    writeFileSync(path, Buffer.concat([packed, Buffer.from('garbage after the end')]))
    await expect(collect(slice)).rejects.toMatchObject({ code: 'corrupt', path })
    writeFileSync(path, 'not compressed at all, really not\n')
    await expect(collect(slice)).rejects.toMatchObject({ code: 'corrupt', path })
  },
)
