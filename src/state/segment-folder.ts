import { statSync } from 'node:fs'
import { join } from 'node:path'
import { listIfThere } from '../util/remove.js'
import { isEnd, parseBody, type ReadingPlace, readRawSegment, type SegmentHeader, type WholeLine } from './segment.js'
import type { Place, Segment } from './segment-reader.js'

/** How far a segment has been read. */
export interface SegmentScan {
  readonly segment: Segment
  next: ReadingPlace
  /** Its writer ended it: nothing more comes. */
  isClosed: boolean
}

/** The segments of a folder: how far each has been read, and how far each counts. */
export class SegmentFolder {
  readonly segments: Segment[] = []
  /** What could not be read, in sentences. */
  readonly damages: string[] = []
  /** All who ever wrote there, also where their segments have been put together into another's. */
  readonly writers = new Set<string>()
  /** By path. */
  readonly #scans = new Map<string, SegmentScan>()
  /** How far each writer's segment counts: up to where the first of those who took it for dead found it. */
  readonly #limits = new Map<string, number>()

  constructor(readonly folder: string) {}

  /** How many writers may still append. */
  get open(): number {
    return [...this.#scans.values()].filter(({ isClosed }) => !isClosed).length
  }

  /** The segments in which something stands that was not read, but for one's own. */
  unread(own?: string): SegmentScan[] {
    return listIfThere(this.folder)
      .filter(name => name.endsWith('.segment') && join(this.folder, name) !== own)
      .flatMap(name => this.#scanOf(name) ?? [])
  }

  /** What stands in a segment behind what has been read of it, up to its last whole line; good until the next is asked for. */
  *linesOf(scan: SegmentScan): Generator<WholeLine> {
    const { path } = scan.segment
    for (const line of readRawSegment(path, scan.next)) {
      if (line.kind === 'torn') continue
      scan.next = { offset: line.offset + line.length, number: line.number + 1 }
      scan.segment.size = scan.next.offset
      if (line.kind === 'line') {
        if (isEnd(line.body)) scan.isClosed = true
        yield line
      } else
        this.damages.push(`${path}, line ${line.number + 1} (byte ${line.offset}): damaged; what it recorded is redone`)
    }
  }

  /** Takes note of how many bytes count of segments whose writers were taken for dead. */
  limit(after: Readonly<Record<string, number>> | undefined): void {
    for (const [writer, bytes] of Object.entries(after ?? {})) {
      this.writers.add(writer)
      this.#limits.set(writer, Math.min(this.#limitOf(writer), bytes))
    }
  }

  counts({ segment, offset, length }: Place): boolean {
    return offset + length <= this.#limitOf(segment.writer)
  }

  /** @returns true where more of a segment had been read than counts */
  cutSizes(): boolean {
    let isCut = false
    for (const { segment } of this.#scans.values()) {
      const limit = this.#limitOf(segment.writer)
      if (segment.size > limit) isCut = true
      segment.size = Math.min(segment.size, limit)
    }
    return isCut
  }

  #limitOf(writer: string): number {
    return this.#limits.get(writer) ?? Number.POSITIVE_INFINITY
  }

  #scanOf(name: string): SegmentScan | undefined {
    const path = join(this.folder, name)
    const known = this.#scans.get(path)
    if (known?.isClosed) return undefined
    const size = statSync(path, { throwIfNoEntry: false })?.size
    if (size === undefined || (known !== undefined && size <= known.next.offset)) return undefined
    if (known !== undefined) return known
    // A segment under another's name, as files get mixed up, is still its writer's.
    const { writer = name.slice(0, -'.segment'.length), fence = 0 } = headerOf(path) ?? {}
    const scan = {
      segment: { path, writer, fence, size: 0, fd: undefined },
      next: { offset: 0, number: 0 },
      isClosed: false,
    }
    this.#scans.set(path, scan)
    this.segments.push(scan.segment)
    this.writers.add(writer)
    return scan
  }
}

/** The lines of a segment as far as they count. */
export function* linesUpTo({ path, size }: Segment): Generator<WholeLine> {
  for (const line of readRawSegment(path)) {
    if (line.offset + line.length > size) return
    if (line.kind === 'line') yield line
  }
}

/** What a segment says it is: its first line, or the first that is not damaged and says so. */
function headerOf(path: string): SegmentHeader | undefined {
  for (const line of readRawSegment(path)) {
    if (line.kind !== 'line') continue
    const content = parseBody(line.body)
    if ('pawl' in content) return content
  }
  return undefined
}
