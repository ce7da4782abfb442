import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { LedgerRecord } from '../core/records.js'
import { checksumOf, hasChecksum } from '../util/hash.js'

/** The first line of a segment: what it is, whose, and what its writer found when it began. */
export interface SegmentHeader {
  readonly pawl: 'ledger'
  readonly format: number
  readonly version: string
  readonly writer: string
  readonly fence: number
  /** How many bytes of earlier writers' segments counted then; what one of them appended later, woken from a stop, does not. */
  readonly after: Readonly<Record<string, number>>
}

/** One commit: all of it counts, or none. */
export interface SegmentCommit {
  /** Place in the order of commits: greater than that of all that its writer had seen by then. */
  readonly seq: number
  readonly put?: readonly LedgerRecord[]
  /** Records that no longer hold, each by its key and the attempt that made it: what another attempt made stays. */
  readonly drop?: readonly string[]
  /** How many bytes count of the segments of writers that were taken for dead. */
  readonly after?: Readonly<Record<string, number>>
}

/** The last line of a segment that was closed in order: without it, a torn line at the end is a crash and no damage. */
export interface SegmentEnd {
  readonly closed: true
}

export type SegmentContent = SegmentHeader | SegmentCommit | SegmentEnd

/** A line of a segment as it was found. `torn`: cut short at the end of a segment that was never closed. */
export type FoundLine = LinePlace &
  ({ readonly kind: 'line'; readonly content: SegmentContent } | { readonly kind: 'damaged' | 'torn' })

/** As it was found, its content not parsed yet: JSON, whose checksum is right. */
export type RawLine = WholeLine | (LinePlace & { readonly kind: 'damaged' | 'torn' })

export interface WholeLine extends LinePlace {
  readonly kind: 'line'
  readonly body: Buffer
}

interface LinePlace {
  readonly offset: number
  readonly length: number
  readonly number: number
}

/** A line: 16 hex digits of checksum over its number and content, the number, the content as JSON. */
export function encodeLine(number: number, content: SegmentContent): Buffer {
  const body = Buffer.from(`${number} ${JSON.stringify(content)}\n`)
  return Buffer.concat([Buffer.from(`${checksumOf(body)} `), body])
}

/** How far a segment has been read: where the next line begins, and its number. */
export interface ReadingPlace {
  readonly offset: number
  readonly number: number
}

/**
 * Reads the lines of a segment in order, from its start or from where an earlier reading ended. A line that is damaged,
 * or missing by its number, costs itself only.
 */
export function* readSegment(path: string, from?: ReadingPlace): Generator<FoundLine> {
  for (const line of readRawSegment(path, from)) {
    if (line.kind !== 'line') yield line
    else {
      const { body, ...place } = line
      yield { ...place, content: parseBody(body) }
    }
  }
}

/** As `readSegment`, without parsing what stands in the lines. What is given is good until the next is asked for. */
export function* readRawSegment(path: string, from: ReadingPlace = { offset: 0, number: 0 }): Generator<RawLine> {
  let expected = from.number
  let isClosed = false
  for (const { bytes, offset, isWhole } of splitFile(path, from.offset)) {
    const line = isWhole ? decodeLine(bytes) : undefined
    if (line === undefined) {
      yield { kind: isWhole || isClosed ? 'damaged' : 'torn', offset, length: bytes.length, number: expected++ }
      continue
    }
    if (line.number > expected) yield { kind: 'damaged', offset, length: 0, number: expected }
    expected = line.number + 1
    isClosed = isEnd(line.body)
    yield { kind: 'line', offset, length: bytes.length, number: line.number, body: line.body }
  }
}

/** True for the content of the line that ends a segment. */
export function isEnd(body: Buffer): boolean {
  return body.length < 32 && 'closed' in parseBody(body)
}

/** What stands in a line behind its number; undefined where that is no longer there as it was. */
export function bodyOf(line: Buffer): Buffer | undefined {
  return decodeLine(line)?.body
}

export function parseBody(body: Buffer): SegmentContent {
  return JSON.parse(body.toString('utf8')) as SegmentContent
}

function decodeLine(bytes: Buffer): { readonly number: number; readonly body: Buffer } | undefined {
  const sumBytes = 16
  if (bytes.length < sumBytes + 4 || bytes[sumBytes] !== space) return undefined
  if (!hasChecksum(bytes.subarray(sumBytes + 1), bytes)) return undefined
  let number = 0
  let at = sumBytes + 1
  for (; at < bytes.length && bytes[at] !== space; at++) number = number * 10 + bytes[at] - 0x30
  return { number, body: bytes.subarray(at + 1) }
}

const blockBytes = 1 << 20
const space = 0x20

/** The lines of a file from an offset on with their line ends; the last one may lack it. */
function* splitFile(path: string, from: number): Generator<{ bytes: Buffer; offset: number; isWhole: boolean }> {
  const fd = openSync(path, 'r')
  try {
    let rest = Buffer.alloc(0)
    let restOffset = from
    let position = from
    const { size } = fstatSync(fd)
    while (position < size) {
      const block = Buffer.allocUnsafe(rest.length + Math.min(blockBytes, size - position))
      rest.copy(block)
      const count = readSync(fd, block, rest.length, block.length - rest.length, position)
      if (count === 0) break
      position += count
      const bytes = block.subarray(0, rest.length + count)
      let start = 0
      for (let end = bytes.indexOf(10, rest.length); end >= 0; end = bytes.indexOf(10, start)) {
        yield { bytes: bytes.subarray(start, end + 1), offset: restOffset + start, isWhole: true }
        start = end + 1
      }
      rest = bytes.subarray(start)
      restOffset += start
    }
    if (rest.length > 0) yield { bytes: rest, offset: restOffset, isWhole: false }
  } finally {
    closeSync(fd)
  }
}
