import type { JsonValue } from '../core/json.js'
import type { ExportedFile } from '../core/records.js'
import { UsageError } from '../core/usage-error.js'
import { formatOfName } from '../io/listing/formats.js'
import { readSlice } from '../io/open-reader.js'
import { parseJson, stringifyJson } from '../util/json-value.js'
import { LineBuckets } from '../util/line-buckets.js'
import type { Row } from './changed-fields.js'

/** A document that both files have, or one of them; `at` is its place there, by which the first ones are known. */
export type Compared =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly at: number; readonly mine: Row; readonly theirs: Row }
  | { readonly kind: 'only_in_a' | 'only_in_b'; readonly at: number; readonly document: Row }

export interface Comparing {
  /** The field by which documents are known again; those without it by all that they hold. */
  readonly key: string
  /** Bytes of documents that are held at once, about; those of one key are, however many. */
  readonly memoryBytes: number
}

/** Compressed files grow when they are read, and texts are larger in memory than on the disk. */
const growth = 8

/**
 * Compares the documents of two sets of files by their keys, in no order. What does not fit in memory goes through a
 * temporary folder, in buckets by key.
 */
export async function* compareDocuments(
  mine: readonly ExportedFile[],
  theirs: readonly ExportedFile[],
  { key, memoryBytes }: Comparing,
): AsyncGenerator<Compared> {
  const bytes = [...mine, ...theirs].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const count = Math.min(mostBuckets, Math.max(1, Math.ceil((bytes * growth) / memoryBytes)))
  await using left = await LineBuckets.make(count, memoryBytes / 4)
  await using right = await LineBuckets.make(count, memoryBytes / 4)
  for (const [files, buckets] of [
    [mine, left],
    [theirs, right],
  ] as const) {
    let at = 0
    for await (const row of rowsOf(files)) await buckets.add(keyOf(row, key), `${at++} ${stringifyJson(row)}`)
  }
  for (let index = 0; index < count; index++) yield* compareBucket(left.read(index), right.read(index), key)
}

/** Each has a file open on both sides. */
const mostBuckets = 256

interface Placed {
  readonly at: number
  readonly text: string
}

async function* compareBucket(
  mine: AsyncIterable<string>,
  theirs: AsyncIterable<string>,
  key: string,
): AsyncGenerator<Compared> {
  const [left, right] = [await byKey(mine, key), await byKey(theirs, key)]
  for (const [name, documents] of left) {
    const others = right.get(name) ?? []
    right.delete(name)
    yield* compareAlike(documents, others)
  }
  for (const others of right.values()) yield* compareAlike([], others)
}

/** Documents of one key: those that hold the same are the same, and the rest go together in their order. */
function* compareAlike(mine: readonly Placed[], theirs: readonly Placed[]): Generator<Compared> {
  const texts = new Map<string, number>()
  for (const { text } of theirs) texts.set(text, (texts.get(text) ?? 0) + 1)
  const matched = new Map<string, number>()
  const left = mine.filter(({ text }) => !takeOne(texts, text) || void matched.set(text, (matched.get(text) ?? 0) + 1))
  for (let same = mine.length - left.length; same > 0; same--) yield { kind: 'same' }
  const right = theirs.filter(({ text }) => !takeOne(matched, text))
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at], right[at]]
    if (one !== undefined && other !== undefined)
      yield { kind: 'changed', at: one.at, mine: rowOf(one), theirs: rowOf(other) }
    else if (one !== undefined) yield { kind: 'only_in_a', at: one.at, document: rowOf(one) }
    else yield { kind: 'only_in_b', at: other.at, document: rowOf(other) }
  }
}

function takeOne(counts: Map<string, number>, text: string): boolean {
  const count = counts.get(text) ?? 0
  if (count > 0) counts.set(text, count - 1)
  return count > 0
}

async function byKey(lines: AsyncIterable<string>, key: string): Promise<Map<string, Placed[]>> {
  const found = new Map<string, Placed[]>()
  for await (const line of lines) {
    const space = line.indexOf(' ')
    const placed = { at: Number(line.slice(0, space)), text: line.slice(space + 1) }
    const name = keyOf(rowOf(placed), key)
    const known = found.get(name)
    if (known === undefined) found.set(name, [placed])
    else known.push(placed)
  }
  return found
}

function rowOf({ text }: Placed): Row {
  return parseJson(text) as Row
}

function keyOf(row: Row, key: string): string {
  return JSON.stringify(valueAt(row, key) ?? row)
}

/** The value of a field, with dots of a nested one; a field whose own name holds the dots goes first. */
export function valueAt(row: Row, path: string): JsonValue | undefined {
  if (Object.hasOwn(row, path)) return row[path]
  return path
    .split('.')
    .reduce<JsonValue | undefined>(
      (value, name) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
          ? (value as Row)[name]
          : undefined,
      row,
    )
}

/** @throws {UsageError} where a file is of a format that holds no documents */
async function* rowsOf(files: readonly ExportedFile[]): AsyncGenerator<Row> {
  for (const { path } of files) {
    const format = formatOfName(path)
    if (format === undefined || format.format === 'text')
      throw new UsageError(
        `${path} holds no documents that could be compared: only files of .jsonl, .parquet and the like do`,
      )
    const slice = {
      path,
      ...format,
      format: format.format === 'json' ? 'jsonl' : format.format,
      cut: { kind: 'whole' },
    } as const
    for await (const { bytes, records } of readSlice(slice, reading))
      for (const record of records)
        if (record.kind === 'record') yield parseExactly(bytes.toString('utf8', record.start, record.end))
  }
}

/** A document whose whole numbers are as they are spelled, where they are too long for a number of JavaScript. */
function parseExactly(text: string): Row {
  if (!/\d{16}/.test(text)) return parseJson(text) as Row
  const spelled = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, token =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  )
  return parseJson(spelled) as Row
}

const reading = { batchBytes: 1 << 20, maxRecordBytes: Number.MAX_SAFE_INTEGER, textKey: 'text' } as const
