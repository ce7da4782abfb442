import { isUtf8 } from 'node:buffer'
import { JsonSyntaxError, skipSpace, skipValue } from '../../util/json-scan.js'
import { BatchBuilder } from '../batch-builder.js'
import { ByteWindow } from '../byte-window.js'
import { openDecompressed } from '../compression/open-decompressed.js'
import { InputError } from '../input-error.js'
import { startsWithMark } from '../jsonl/read-lines.js'
import type { ReadOptions, RecordBatch, Slice } from '../reader.js'
import { compactJson } from './compact.js'

/**
 * Reads the elements of a JSON array, one in memory at a time. An element on one line keeps its source
 * text; of one on several lines the white space between tokens goes. `line` is the element's number.
 *
 * @throws {InputError} where the file is no array, is broken or breaks off, or an element goes on beyond
 * `maxRecordBytes`: after broken JSON nothing says where the next element starts
 */
export async function* readJson(slice: Slice, options: ReadOptions): AsyncGenerator<RecordBatch> {
  const source = openDecompressed(slice.path, slice.compression)
  const window = new ByteWindow(source, {
    path: slice.path,
    sizeBytes: 1 << 20,
    maxRecordBytes: options.maxRecordBytes,
  })
  const batch = new BatchBuilder(options)
  try {
    await enterArray(slice.path, window)
    for (let number = 1; ; number++) {
      const end = await findElement(slice.path, window, number === 1)
      if (end === undefined) break
      addElement(batch, window, { end, line: number })
      window.start = end
      if (batch.isFull) yield batch.take() as RecordBatch
    }
    await expectNothingElse(window)
  } finally {
    await source.close()
  }
  const last = batch.take()
  if (last !== undefined) yield last
}

/** Moves to the first byte that is no white space; returns it, or undefined at the end of the file. */
async function peek(window: ByteWindow): Promise<number | undefined> {
  for (;;) {
    window.start = skipSpace(window.bytes, window.start, window.end)
    if (window.start < window.end) return window.bytes[window.start]
    if (window.isAtEnd) return undefined
    await window.readOn()
  }
}

async function enterArray(path: string, window: ByteWindow): Promise<void> {
  await window.readOn()
  if (startsWithMark(window.bytes, window.end)) window.start = 3
  const first = await peek(window)
  if (first === 0x7b)
    throw new InputError(
      'unsupported',
      `${path} holds one JSON object, not a list of samples; write its list of samples as a JSON array or as JSONL`,
      { path },
    )
  if (first === undefined) throw InputError.truncated(path, 'it holds no JSON')
  if (first !== 0x5b) throw InputError.corrupt(path, 'it is no JSON array')
  window.start++
}

/** Moves to the next element and returns where it ends, or undefined after the last. */
async function findElement(path: string, window: ByteWindow, isFirst: boolean): Promise<number | undefined> {
  const next = await peek(window)
  if (next === 0x5d) {
    window.start++
    return undefined
  }
  if (!isFirst) {
    if (next === 0x2c) window.start++
    else if (next !== undefined) throw broken(window, { at: window.start, what: "expected ',' or ']'" })
    await peek(window)
  }
  for (;;) {
    try {
      const end = skipValue(window.bytes, window.start, window.end)
      // A number may go on in what has not been read yet.
      if (end < window.end || window.isAtEnd) return end
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error
      if (error.offset < window.end) throw broken(window, { at: error.offset, what: error.message, cause: error })
      if (window.isAtEnd) throw InputError.truncated(path, 'the JSON array breaks off', error)
    }
    await window.readOn()
  }
}

interface Break extends ErrorOptions {
  readonly at: number
  readonly what: string
}

function broken(window: ByteWindow, { at, what, cause }: Break): InputError {
  return InputError.corrupt(window.path, `broken JSON at ${window.placeOf(at)} (${what})`, cause)
}

function addElement(
  batch: BatchBuilder,
  window: ByteWindow,
  { end, line }: { readonly end: number; readonly line: number },
): void {
  const { start } = window
  const element = window.bytes.subarray(start, end)
  const offset = window.offsetOf(start)
  if (!isUtf8(element)) {
    const message = 'the element is not valid UTF-8'
    const copy = Buffer.from(element)
    batch.addDefect({ kind: 'defect', code: 'not_utf8', line, offset, lengthBytes: copy.length, message, bytes: copy })
  } else {
    const isOneLine = element.indexOf(10) < 0 && element.indexOf(13) < 0
    batch.add(isOneLine ? element : compactJson(window.bytes, start, end), line, offset)
  }
}

async function expectNothingElse(window: ByteWindow): Promise<void> {
  if ((await peek(window)) !== undefined) {
    const what = 'expected nothing after the array'
    throw broken(window, { at: window.start, what })
  }
}
