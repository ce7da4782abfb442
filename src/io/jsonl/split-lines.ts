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
 * Cuts `bytes[from, to)` into records at LF and appends them to `records`; returns the number of lines.
 * The range starts at a line's start and ends after an LF, or at the end of the data. A CR before the LF
 * is part of the record; a line of white space alone is a line but no record.
 */
export function splitLines(
  bytes: Buffer,
  from: number,
  to: number,
  context: LineContext,
  records: SourceRecord[],
): number {
  const isValid = isUtf8(bytes.subarray(from, to))
  let line = context.firstLine
  for (let start = from; start < to; line++) {
    let end = bytes.indexOf(10, start)
    if (end < 0 || end > to) end = to
    if (bytes[start] > 0x20 || skipSpace(bytes, start, end) < end)
      records.push(toRecord(bytes, start, end, line, context, isValid))
    start = end + 1
  }
  return line - context.firstLine
}

function toRecord(
  bytes: Buffer,
  start: number,
  end: number,
  line: number,
  { base, maxRecordBytes }: LineContext,
  isValid: boolean,
): SourceRecord {
  const offset = base === undefined ? -1 : base + start
  if (end - start > maxRecordBytes) return tooLarge(line, offset, end - start, maxRecordBytes)
  if (isValid || isUtf8(bytes.subarray(start, end))) return { kind: 'record', start, end, line, offset }
  return {
    kind: 'defect',
    code: 'not_utf8',
    line,
    offset,
    lengthBytes: end - start,
    message: 'the line is not valid UTF-8',
    bytes: bytes.subarray(start, end),
  }
}

/** A record beyond the limit, reported by reference. */
export function tooLarge(line: number, offset: number, lengthBytes: number, maxRecordBytes: number): SourceRecord {
  return {
    kind: 'defect',
    code: 'too_large',
    line,
    offset,
    lengthBytes,
    message: `the record has ${lengthBytes} bytes, more than the limit of ${maxRecordBytes}`,
  }
}
