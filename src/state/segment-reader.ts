import { closeSync, openSync, readSync } from 'node:fs'
import { attemptOf, recordKey } from '../core/record-keys.js'
import type { LedgerRecord } from '../core/records.js'
import { bodyOf, parseBody, type SegmentCommit } from './segment.js'

/** A segment file, open for reading once something of it is asked for. */
export interface Segment {
  readonly path: string
  readonly writer: string
  readonly fence: number
  /** Bytes that hold whole lines. */
  size: number
  fd: number | undefined
}

/** Where the commit stands that put a record. */
export interface Place {
  readonly segment: Segment
  readonly offset: number
  readonly length: number
}

interface Window {
  readonly segment: Segment
  readonly offset: number
  readonly bytes: Buffer
}

const windowBytes = 1 << 18
/** Windows that are kept: processes and workers commit beside each other, so that neighbours are some lines apart. */
const mostWindows = 8

/**
 * Reads commits of segments at their places, verified. What is asked for in the order in which it was committed, or nearly, is
 * read from the disk in large pieces, and records of one commit that are asked for one after another are parsed once.
 */
export class SegmentReader {
  /** The one that was used last comes first. */
  readonly #windows: Window[] = []
  #last: { readonly place: Place; readonly body: Buffer | undefined; commit?: SegmentCommit | undefined } | undefined

  /**
   * The record of a key that an attempt made, or that is no attempt's; undefined where the commit that put it is no longer
   * there as it was.
   */
  read(place: Place, key: string, attempt: string | undefined): LedgerRecord | undefined {
    const isWanted = (record: LedgerRecord) => recordKey(record) === key && attemptOf(record) === attempt
    let last = this.#last
    if (last?.place.segment !== place.segment || last.place.offset !== place.offset) {
      last = this.#last = { place, body: this.#bodyAt(place) ?? this.#bodyAt(place, { isFresh: true }) }
    }
    if (last.body === undefined) return undefined
    if (last.commit === undefined) {
      const single = singleIn(last.body, key)
      if (single !== undefined && isWanted(single)) return single
      const content = parseBody(last.body)
      last.commit = 'seq' in content ? content : undefined
    }
    return last.commit?.put?.find(isWanted)
  }

  /** Lets go of what was read: it is read again. */
  forget(): void {
    this.#windows.length = 0
    this.#last = undefined
  }

  /** @param isFresh what was read ahead may have been there in part only */
  #bodyAt(place: Place, { isFresh = false } = {}): Buffer | undefined {
    if (isFresh) this.#windows.length = 0
    const line = this.#lineAt(place)
    return line.length === place.length ? bodyOf(line) : undefined
  }

  /** Shorter where the file ends before. */
  #lineAt({ segment, offset, length }: Place): Buffer {
    const end = offset + length
    const found = this.#windows.findIndex(
      each => each.segment === segment && each.offset <= offset && each.offset + each.bytes.length >= end,
    )
    const window = found >= 0 ? this.#windows.splice(found, 1)[0] : readWindow(segment, { offset, length })
    this.#windows.unshift(window)
    if (this.#windows.length > mostWindows) this.#windows.pop()
    return window.bytes.subarray(offset - window.offset, end - window.offset)
  }
}

const begin = '{"kind":"'
const singleKinds = /^(?:input|placed)\//

/**
 * One record of a commit, the others of which are not parsed: nothing in a record of these kinds looks as a record begins. What
 * comes of it is to be compared with what was asked for.
 */
function singleIn(body: Buffer, key: string): LedgerRecord | undefined {
  if (!singleKinds.test(key)) return undefined
  const start = body.indexOf(`${begin}${key.slice(0, key.indexOf('/'))}"`)
  if (start < 0) return undefined
  const next = body.indexOf(begin, start + begin.length)
  try {
    return JSON.parse(body.toString('utf8', start, next < 0 ? body.lastIndexOf(']') : next - 1)) as LedgerRecord
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export function closeSegment(segment: Segment): void {
  if (segment.fd !== undefined) closeSync(segment.fd)
  segment.fd = undefined
}

function readWindow(
  segment: Segment,
  { offset, length }: { readonly offset: number; readonly length: number },
): Window {
  segment.fd ??= openSync(segment.path, 'r')
  const bytes = Buffer.allocUnsafe(Math.max(length, windowBytes))
  let used = 0
  while (used < bytes.length) {
    const count = readSync(segment.fd, bytes, used, bytes.length - used, offset + used)
    if (count === 0) break
    used += count
  }
  return { segment, offset, bytes: bytes.subarray(0, used) }
}
