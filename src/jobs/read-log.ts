import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { JobDirectory } from '../state/job-directory.js'
import { listIfThere } from '../util/remove.js'

/** How much a line of the log matters. */
export type LogLevel = 'error' | 'warning' | 'info'

export const logLevels: readonly LogLevel[] = ['error', 'warning', 'info']

const ranks: Readonly<Record<LogLevel, number>> = { error: 0, warning: 1, info: 2 }
const errors = /^(Failed|Partition \S+ failed|Partition \S+: \S+ failed on)/
const warnings =
  /^(Warning|Stopped|Set aside|Damaged|A worker was lost|Partition \S+ is tried again|Partition \S+: [\d,]+ samples in quarantine)/

/** How much a sentence of the log matters, by how it begins. */
export function levelOf(sentence: string): LogLevel {
  if (errors.test(sentence)) return 'error'
  return warnings.test(sentence) ? 'warning' : 'info'
}

export interface LogQuery {
  /** Lines of this level and of those that matter more. */
  readonly level?: LogLevel
  /** Only lines that name this partition. */
  readonly partition?: string
}

/** The lines that people read, of all runs in order. */
export async function* readLog(jobDir: string, query: LogQuery = {}): AsyncGenerator<string> {
  const { logs } = new JobDirectory(jobDir)
  const names = listIfThere(logs).filter(name => /^job_[\d_]+\.txt$/.test(name))
  for (const name of names.sort()) {
    const path = join(logs, name)
    if (!existsSync(path)) continue
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
      if (matchesLog(line, query)) yield line
  }
}

export function matchesLog(line: string, { level = 'info', partition }: LogQuery): boolean {
  const sentence = line.slice(line.indexOf('  ') + 2)
  if (ranks[levelOf(sentence)] > ranks[level]) return false
  return (
    partition === undefined ||
    sentence.startsWith(`Partition ${partition} `) ||
    sentence.startsWith(`Partition ${partition}:`)
  )
}
