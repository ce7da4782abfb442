import { isUtf8 } from 'node:buffer'
import { skipSpace } from '../../util/json-scan.js'
import type { SourceRecord } from '../reader.js'

/** What the lines of a block are measured against, and where the block stands. */
export interface LineContext {
  /** Number of the block's first line, from 1. */
  readonly firstLine: number
  /** File offset of the buffer's byte 0, or undefined where bytes have no place in a file. */
  readonly base: number | undefined
  readonly maxRecordBytes: number
}

/**
 * Cuts `bytes[start, end)` into records at LF and appends them to `records`; returns the number of lines.
 * The range starts at a line's start and ends after an LF, or at the end of the data. A CR before the LF
 * is part of the record; a line of white space alone is a line but no record.
 */
export function splitLines(block: Block, context: LineContext, records: SourceRecord[]): number {
  const { bytes, start: from, end: to } = block
  const { firstLine, base, maxRecordBytes } = context
  const isValid = isUtf8(bytes.subarray(from, to))
  let line = firstLine
  for (let start = from; start < to; line++) {
    let end = bytes.indexOf(10, start)
    if (end < 0 || end > to) end = to
    if (bytes[start] > 0x20 || skipSpace(bytes, start, end) < end) {
      const offset = base === undefined ? -1 : base + start
      if (end - start > maxRecordBytes)
        records.push(tooLarge({ line, offset, lengthBytes: end - start }, maxRecordBytes))
      else if (isValid || isUtf8(bytes.subarray(start, end))) records.push({ kind: 'record', start, end, line, offset })
      else records.push(notUtf8(bytes.subarray(start, end), line, offset))
    }
    start = end + 1
  }
  return line - firstLine
}

/** The lines `bytes[start, end)`. */
interface Block {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

function notUtf8(bytes: Buffer, line: number, offset: number): SourceRecord {
  const message = 'the line is not valid UTF-8'
  return { kind: 'defect', code: 'not_utf8', line, offset, lengthBytes: bytes.length, message, bytes }
}

/** A record beyond the limit, reported by reference. */
export function tooLarge(
  place: { readonly line: number; readonly offset: number; readonly lengthBytes: number },
  maxRecordBytes: number,
): SourceRecord {
  const message = `the record has ${place.lengthBytes} bytes, more than the limit of ${maxRecordBytes}`
  return { kind: 'defect', code: 'too_large', ...place, message }
}
