import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { EventType, JobEvent } from '../core/events.js'
import { readSummary } from '../state/job-summary.js'
import { listIfThere } from '../util/remove.js'

/** Which events to read. */
export interface EventQuery {
  readonly types?: readonly EventType[]
  /** Only events of this time or later: a date, or its ISO text. */
  readonly since?: Date | string
  /** Only events of a partition, by its key. */
  readonly partition?: string
  /** Only events of an operator, by its name. */
  readonly operator?: string
  /** Waits for further events once all are read, until `signal` aborts. */
  readonly follow?: boolean
  readonly signal?: AbortSignal
  /** Goes on behind the event that this came with. */
  readonly after?: string
  /** Told of lines that are no event: torn by a crash, or damaged. */
  readonly onDamage?: (path: string, line: string) => void
}

/** An event with where it stands, for `after`. */
export interface ReadEvent {
  readonly event: JobEvent
  readonly cursor: string
}

const blockBytes = 1 << 16
const pollMs = 200

/**
 * The events of all runs of a job in the order of their files, read in blocks of 64 KiB however many there are. Lines that
 * are damaged, and a last one that is not whole, are passed over.
 */
export async function* readEvents(jobDir: string, query: EventQuery = {}): AsyncGenerator<ReadEvent> {
  let place = parseCursor(query.after)
  for (;;) {
    for (const { path, run, ino, from } of remaining(eventFiles(jobDir), place)) {
      const fd = openIfThere(path)
      if (fd === undefined) continue
      place = { run, ino, offset: from }
      try {
        for (const { text, end } of linesFrom(fd, from)) {
          place = { run, ino, offset: end }
          const event = parse(text)
          if (event === undefined) query.onDamage?.(path, text)
          else if (matches(event, query)) yield { event, cursor: formatCursor(place) }
          if (query.signal?.aborted) return
        }
      } finally {
        closeSync(fd)
      }
    }
    if (query.follow !== true || query.signal?.aborted) return
    // A signal that aborts while nothing happens ends the wait, which is no failure.
    await delay(pollMs, undefined, { signal: query.signal }).catch(() => {})
    if (query.signal?.aborted) return
  }
}

/** Where reading stands: in a run's file, known by its inode, as rotation gives it another name. */
interface Place {
  readonly run: string
  readonly ino: string
  readonly offset: number
}

function formatCursor({ run, ino, offset }: Place): string {
  return `${run}:${ino}:${offset}`
}

function parseCursor(cursor: string | undefined): Place | undefined {
  const [run, ino, offset] = cursor?.split(':') ?? []
  return offset === undefined ? undefined : { run, ino, offset: Number(offset) }
}

const eventName = /^events_(\d{8}_\d{6}_\d{3})\.jsonl(?:\.(\d+))?$/

interface EventFile {
  readonly path: string
  /** When its run began, as its name says. */
  readonly run: string
  readonly ino: string
}

/** The files of all runs, the earliest first, and of a run those that were rotated away before the one it writes. */
export function eventFiles(jobDir: string): EventFile[] {
  const elsewhere = readSummary(join(jobDir, 'job_summary.json'))?.event_log_dir
  return (
    [...new Set([jobDir, ...(elsewhere === undefined ? [] : [elsewhere])])]
      .flatMap(folder => listIfThere(folder).map(name => join(folder, name)))
      .flatMap(path => {
        const [, run, rotation = '0'] = eventName.exec(basename(path)) ?? []
        const ino = run === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.ino
        return run === undefined || ino === undefined
          ? []
          : [{ path, run, rotation: Number(rotation), ino: String(ino) }]
      })
      // A folder that is seen under two names, as where it is mounted twice, holds each file once.
      .filter(({ run, ino }, at, all) => all.findIndex(other => other.run === run && other.ino === ino) === at)
      .sort((a, b) => (a.run === b.run ? b.rotation - a.rotation : a.run < b.run ? -1 : 1))
  )
}

/** What of the files is not read yet: from the place on, or of its run and later ones all where its file is gone. */
function remaining(files: readonly EventFile[], place: Place | undefined): (EventFile & { readonly from: number })[] {
  if (place === undefined) return files.map(file => ({ ...file, from: 0 }))
  const at = files.findIndex(({ run, ino }) => run === place.run && ino === place.ino)
  if (at < 0) return files.filter(({ run }) => run >= place.run).map(file => ({ ...file, from: 0 }))
  return files.slice(at).map((file, index) => ({ ...file, from: index === 0 ? place.offset : 0 }))
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    // Rotated away between the listing and now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function* linesFrom(fd: number, from: number): Generator<{ readonly text: string; readonly end: number }> {
  const block = Buffer.allocUnsafe(blockBytes)
  let rest: Buffer = Buffer.alloc(0)
  let offset = from
  for (;;) {
    const count = readSync(fd, block, 0, blockBytes, offset + rest.length)
    if (count === 0) return
    const bytes = Buffer.concat([rest, block.subarray(0, count)])
    let start = 0
    for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, start)) {
      const text = bytes.toString('utf8', start, newline)
      start = newline + 1
      yield { text, end: offset + start }
    }
    rest = bytes.subarray(start)
    offset += start
  }
}

function parse(text: string): JobEvent | undefined {
  try {
    const event = JSON.parse(text) as Partial<JobEvent> | null
    return typeof event?.event_type === 'string' && typeof event.timestamp === 'string'
      ? (event as JobEvent)
      : undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function matches(event: JobEvent, { types, since, partition, operator }: EventQuery): boolean {
  if (types !== undefined && types.length > 0 && !types.includes(event.event_type)) return false
  if (since !== undefined && event.timestamp < new Date(since).toISOString()) return false
  const { partition: itsPartition, operator: itsOperator } = event as { partition?: string; operator?: string }
  if (partition !== undefined && itsPartition !== partition) return false
  return operator === undefined || itsOperator === operator
}
