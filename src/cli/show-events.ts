import { type EventType, eventKinds } from '../core/events.js'
import { UsageError } from '../core/usage-error.js'
import { findJob } from '../jobs/find-job.js'
import { readEvents } from '../jobs/read-events.js'
import { type LogLevel, logLevels, matchesLog, readLog } from '../jobs/read-log.js'
import { narrate } from '../state/human-log.js'
import { parseDuration } from '../util/format.js'
import { nearestName } from '../util/nearest.js'
import type { EventsOptions, LogsOptions } from './events.js'

/** Prints the events of a job, for people or as they stand. */
export async function showEvents(job: string, options: EventsOptions): Promise<void> {
  const jobDir = findJob(job, options.work_dir)
  const types = (options.type ?? []).map(checkType)
  let damaged = 0
  const { partition, operator, follow } = options
  const query = { types, partition, operator, follow, since: sinceOf(options.since), signal: untilStopped(follow) }
  for await (const { event } of readEvents(jobDir, { ...query, onDamage: () => void damaged++ })) {
    if (options.json) process.stdout.write(`${JSON.stringify(event)}\n`)
    else process.stdout.write(`${event.timestamp}  ${event.event_type}  ${narrate(event) ?? detailOf(event)}\n`)
  }
  if (damaged > 0) process.stderr.write(`warning: ${damaged} damaged lines were passed over\n`)
}

/** Prints the log that people read. */
export async function showLogs(job: string, options: LogsOptions): Promise<void> {
  const jobDir = findJob(job, options.work_dir)
  const level = checkLevel(options.level)
  const query = { level, partition: options.partition }
  if (!options.follow) {
    for await (const line of readLog(jobDir, query)) process.stdout.write(`${line}\n`)
    return
  }
  // What is written while one looks comes from the events, which tell the same.
  for await (const { event } of readEvents(jobDir, { follow: true, signal: untilStopped(true) })) {
    const sentence = narrate(event)
    const line = `${event.timestamp}  ${sentence ?? ''}`
    if (sentence !== undefined && matchesLog(line, query)) process.stdout.write(`${line}\n`)
  }
}

function detailOf(event: object): string {
  const { event_id: _, event_type: __, timestamp: ___, job_id: ____, ...rest } = event as Record<string, unknown>
  return Object.entries(rest)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ')
}

function checkType(type: string): EventType {
  const types = Object.keys(eventKinds)
  if (types.includes(type)) return type as EventType
  const nearest = nearestName(type, types)
  const hint = nearest === undefined ? `there are ${types.join(', ')}` : `did you mean "${nearest}"?`
  throw new UsageError(`--type ${type}: there is no such event; ${hint}`)
}

function checkLevel(level: string | undefined): LogLevel {
  if (level === undefined) return 'info'
  if ((logLevels as readonly string[]).includes(level)) return level as LogLevel
  throw new UsageError(`--level ${level}: give one of ${logLevels.join(', ')}`)
}

/** A time, or how long ago, as in `10m`. */
function sinceOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const ago = parseDuration(text)
  const time = ago === undefined ? new Date(text) : new Date(Date.now() - ago)
  if (Number.isNaN(time.getTime()))
    throw new UsageError(`--since ${text}: give a time (2026-01-31T12:00:00Z) or an age (30s, 10m, 2h, 3d)`)
  return time
}

/** Aborts at Ctrl-C, which ends the looking and not the job. */
function untilStopped(isFollowing: boolean | undefined): AbortSignal | undefined {
  if (!isFollowing) return undefined
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  process.once('SIGTERM', () => controller.abort())
  return controller.signal
}
