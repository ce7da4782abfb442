import { execFileSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { compress } from '@mongodb-js/zstd'
import { expect, test } from 'vitest'
import { decodeLz4Frame } from '../../src/io/arrow/lz4-frame.js'
import { listInputs } from '../../src/io/list-inputs.js'
import { readSlice } from '../../src/io/open-reader.js'
import { crc32, crc32ByTable } from '../../src/util/crc32.js'
import { createXxh64, xxh32 } from '../../src/util/hash.js'
import { collect, wholeFile } from './collect.js'
import { tempFolder } from './temp-folder.js'

const lines = Array.from({ length: 400 }, (_, id) => JSON.stringify({ id, text: `sample ${id}, ${Math.sin(id)}` }))
const content = Buffer.from(`${lines.join('\n')}\n`)

/** A frame as the zstd tool writes it: with a checksum of its content behind the last block. */
async function checkedFrame(bytes: Buffer): Promise<Buffer> {
  const frame = await compress(bytes, 3)
  frame[4] |= 4
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(Number(createXxh64().update(bytes).digest() & 0xffffffffn))
  return Buffer.concat([frame, sum])
}

function save(name: string, bytes: Uint8Array): string {
  const path = join(tempFolder(), name)
  writeFileSync(path, bytes)
  return path
}

/** `count` copies, each with one bit turned, spread over all of it. */
function* withOneBitTurned(bytes: Buffer, count: number): Generator<Buffer> {
  for (let index = 0; index < count; index++) {
    const copy = Buffer.from(bytes)
    copy[Math.floor((index * bytes.length) / count)] ^= 1 << ((index * 3) % 8)
    yield copy
  }
}

test('a zstd file with a bit turned anywhere is refused by name, or gives what was written', async () => {
  const frame = await checkedFrame(content)
  const good = await collect(wholeFile(save('a.jsonl.zst', frame), 'jsonl', 'zstd'))
  expect(good.records.map(({ text }) => text)).toEqual(lines)
  let refused = 0
  for (const turned of withOneBitTurned(frame, 300)) {
    const path = save('a.jsonl.zst', turned)
    const outcome = await collect(wholeFile(path, 'jsonl', 'zstd')).catch((error: Error) => error)
    if (outcome instanceof Error) {
      expect(outcome.message).toContain(path)
      refused++
    } else expect(outcome.raw.equals(content)).toBe(true)
  }
  expect(refused).toBeGreaterThan(290)
})

test('several frames, one without content, and frames to be skipped read as one zstd file', async () => {
  const skipped = Buffer.from([0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
  const frame = await checkedFrame(content)
  const path = save('a.jsonl.zst', Buffer.concat([frame, skipped, await checkedFrame(Buffer.alloc(0)), frame]))
  const { records } = await collect(wholeFile(path, 'jsonl', 'zstd'))
  expect(records.map(({ text }) => text)).toEqual([...lines, ...lines])
})

test('a zstd window that cannot be held is named with what to do', async () => {
  // A frame header with a window of 2 GiB that announces 1 GiB of content.
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x80, 21 << 3, 0, 0, 0, 0x40])
  const path = save('a.jsonl.zst', header)
  await expect(collect(wholeFile(path, 'jsonl', 'zstd'))).rejects.toThrow(
    `${path}: its zstd window is 2048 MiB and at most 32 MiB can be read`,
  )
})

test('zstd data that inflates to very much is read in bounded memory', async () => {
  const path = save('a.jsonl.zst', await compress(Buffer.alloc(200 << 20, 'x'), 3))
  const slice = wholeFile(path, 'jsonl', 'zstd')
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  for await (const { records } of readSlice(slice, { batchBytes: 1 << 20, maxRecordBytes: 1 << 20, textKey: 'text' })) {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    if (records.length > 0) expect(records).toMatchObject([{ code: 'too_large', lengthBytes: 200 << 20 }])
  }
  expect(most).toBeLessThan(64 << 20)
})

test('a Parquet page that does not match its checksum is refused with file and column', async () => {
  const bytes = readFileSync(join(import.meta.dirname, 'fixtures', 'page-checksums.parquet'))
  const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
  const { records } = await collect(wholeFile(save('a.parquet', bytes), 'parquet'))
  let refused = 0
  for (let at = 4; at < footer; at++) {
    const turned = Buffer.from(bytes)
    turned[at] ^= 8
    const path = save('a.parquet', turned)
    const outcome = await collect(wholeFile(path, 'parquet')).catch((error: Error) => error)
    if (!(outcome instanceof Error)) expect(outcome.records).toEqual(records)
    else {
      expect(outcome.message).toMatch(
        /^\/.*a\.parquet: column "(text|n|tags\.list\.element)" cannot be read as Parquet/,
      )
      refused++
    }
  }
  expect(refused).toBeGreaterThan((footer - 4) / 2)
})

test('the checksums of an LZ4 frame are checked', async () => {
  const sum = (bytes: Buffer) => {
    const four = Buffer.alloc(4)
    four.writeUInt32LE(xxh32(bytes))
    return four
  }
  const text = Buffer.from('stored as it is')
  const settings = Buffer.from([0x74, 0x40])
  const size = Buffer.alloc(4)
  size.writeUInt32LE((text.length | 0x80000000) >>> 0)
  const frame = Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18]),
    settings,
    Buffer.from([(xxh32(settings) >>> 8) & 255]),
    size,
    text,
    sum(text),
    Buffer.alloc(4),
    sum(text),
  ])
  expect(Buffer.from(decodeLz4Frame(frame, 1 << 20)).toString()).toBe('stored as it is')
  for (let at = 0; at < frame.length; at++) {
    const turned = Buffer.from(frame)
    turned[at] ^= 2
    expect(() => decodeLz4Frame(turned, 1 << 20), `byte ${at}`).toThrow()
  }
})

test('the checksum of pages is that of gzip, with and without help from Node', () => {
  const check = Buffer.from('123456789')
  expect(crc32(check)).toBe(0xcbf43926)
  expect(crc32ByTable(check)).toBe(0xcbf43926)
})

test('inputs that are no regular files are refused by name, also in a folder and behind a link', async () => {
  const folder = tempFolder()
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'a.jsonl')])
  const server = createServer().listen(join(folder, 'b.jsonl'))
  await new Promise(resolve => server.once('listening', resolve))
  symlinkSync('/dev/null', join(folder, 'c.jsonl'))
  symlinkSync(join(folder, 'nowhere'), join(folder, 'd.jsonl'))
  const refusal = (name: string) => listInputs([join(folder, name)]).then(String, (error: Error) => error.message)
  expect(await refusal('a.jsonl')).toMatch(/a\.jsonl is a FIFO/)
  expect(await refusal('b.jsonl')).toMatch(/b\.jsonl is a socket/)
  expect(await refusal('c.jsonl')).toMatch(/c\.jsonl is a device/)
  expect(await refusal('d.jsonl')).toMatch(/d\.jsonl does not exist/)
  expect(await refusal('.')).toMatch(/a\.jsonl is a FIFO/)
  await new Promise(resolve => server.close(resolve))
})
