import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import { prepareReplay, type QuarantinedSample, readQuarantine, summarizeQuarantine } from '../inspect/quarantine.js'
import { findJob } from '../jobs/find-job.js'
import { StagedFile } from '../util/durable-file.js'
import { formatCount, plural } from '../util/format.js'
import { newWriter } from '../util/staging.js'
import { alignColumns } from './align-columns.js'
import type { QuarantineOptions } from './quarantine.js'
import { runAndShow } from './run-and-show.js'
import type { ShowOptions } from './show-options.js'

export async function listQuarantine(job: string, { work_dir, operator, json }: QuarantineOptions): Promise<void> {
  const groups = (await summarizeQuarantine(findJob(job, work_dir))).filter(
    group => operator === undefined || group.operator === operator,
  )
  if (json) for (const group of groups) process.stdout.write(`${JSON.stringify(group)}\n`)
  else if (groups.length === 0) process.stdout.write('Nothing was set aside.\n')
  else {
    const rows = groups.map(group => [group.operator, group.code, formatCount(group.samples), group.error, group.place])
    process.stdout.write(
      `${alignColumns([['operator', 'code', 'samples', 'error of the first', 'at'], ...rows]).join('\n')}\n`,
    )
  }
}

export async function printQuarantine(job: string, { work_dir, operator }: QuarantineOptions): Promise<void> {
  for await (const entry of wanted(job, work_dir, operator)) process.stdout.write(`${JSON.stringify(entry)}\n`)
}

export async function exportQuarantine(job: string, { work_dir, operator, to = '' }: QuarantineOptions): Promise<void> {
  const target = resolve(to)
  if (existsSync(target)) throw new UsageError(`${target} exists: choose another name`)
  const file = StagedFile.create(dirname(target), newWriter(), 'quarantine')
  let samples = 0
  try {
    for await (const { sample } of wanted(job, work_dir, operator)) {
      if (sample === undefined) continue
      file.write(Buffer.from(`${lineOf(sample)}\n`))
      samples++
    }
    file.seal()
    if (!file.publish(target)) throw new UsageError(`${target} exists: choose another name`)
  } catch (error) {
    file.discard()
    throw error
  }
  process.stdout.write(`${plural(samples, 'sample')} in ${target}\n`)
}

export async function replay(job: string, options: QuarantineOptions & ShowOptions): Promise<void> {
  const { open, samples, onLedger } = await prepareReplay(findJob(job, options.work_dir), options.operator)
  if (!options.quiet && !options.json) process.stdout.write(`Running ${plural(samples, 'sample')} again\n`)
  await runAndShow(open, options, { onLedger })
}

async function* wanted(
  job: string,
  workDir: string | undefined,
  operator: string | undefined,
): AsyncGenerator<QuarantinedSample> {
  for await (const entry of readQuarantine(findJob(job, workDir)))
    if (operator === undefined || entry.operator === operator) yield entry
}

/** The record as it stood; one that is no JSON becomes the text of a sample. */
function lineOf(sample: unknown): string {
  if (typeof sample !== 'string') return JSON.stringify(sample)
  try {
    const value: unknown = JSON.parse(sample)
    return typeof value === 'object' && value !== null && !sample.includes('\n') ? sample : JSON.stringify(value)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return JSON.stringify({ text: sample })
  }
}
