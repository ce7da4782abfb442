import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ExportRecord, FileRef } from '../core/records.js'
import { UsageError } from '../core/usage-error.js'
import { readRecordedRecipe } from '../engine/job-facts.js'
import type { OpenRecipe } from '../engine/open-recipe.js'
import { readEntries } from '../execution/coordinator/quarantine-report.js'
import { JobObserver } from '../jobs/job-view.js'
import { isPipeline } from '../jobs/refuse-pipeline.js'
import { JobDirectory } from '../state/job-directory.js'
import type { Ledger } from '../state/ledger.js'
import { furthestPoints, openAsRun, openCommitted } from './open-committed.js'
import { furthestOf, readPipelineRecords } from './pipeline-records.js'

/** What was set aside: the sample where it could be kept, and why. */
export interface QuarantinedSample {
  readonly partition: string
  readonly ordinal: number
  /** The operator that failed on it; `reader` where the record was none. */
  readonly operator: string
  readonly code: string
  readonly error: string
  readonly file: string
  readonly line: number
  readonly sample?: unknown
}

/** What a job set aside, one after another: its report once it is complete, the parts of its units before. */
export async function* readQuarantine(jobDir: string): AsyncGenerator<QuarantinedSample> {
  const report = join(new JobDirectory(jobDir).quarantine, 'quarantine.jsonl')
  if (existsSync(report)) {
    for await (const line of createInterface({ input: createReadStream(report), crlfDelay: Number.POSITIVE_INFINITY }))
      if (line !== '') yield JSON.parse(line) as QuarantinedSample
    return
  }
  for (const file of await committedParts(jobDir))
    for await (const entry of readEntries(jobDir, file)) yield entry as unknown as QuarantinedSample
}

/** What the units of a job set aside, as far as it is worked on. */
async function committedParts(jobDir: string): Promise<FileRef[]> {
  const directory = new JobDirectory(jobDir)
  if (isPipeline(directory)) return partsOfPipeline(directory)
  const job = await openCommitted(jobDir)
  try {
    return furthestPoints(job).flatMap(({ quarantine }) => quarantine)
  } finally {
    job.ledger.close()
  }
}

/** Of each source, in order, what is on record of the furthest stage. */
async function partsOfPipeline(directory: JobDirectory): Promise<FileRef[]> {
  const { sources } = await readPipelineRecords(directory)
  return sources.flatMap(source => furthestOf(source)?.quarantine ?? [])
}

/** How many samples were set aside for one reason. */
export interface QuarantineGroup {
  readonly operator: string
  readonly code: string
  readonly samples: number
  /** Of the first of them. */
  readonly error: string
  readonly place: string
}

/** What was set aside, by operator and reason, the most frequent first. */
export async function summarizeQuarantine(jobDir: string): Promise<QuarantineGroup[]> {
  const groups = new Map<string, QuarantineGroup>()
  for await (const { operator, code, error, file, line } of readQuarantine(jobDir)) {
    const known = groups.get(`${operator}\n${code}`) ?? { operator, code, samples: 0, error, place: `${file}:${line}` }
    groups.set(`${operator}\n${code}`, { ...known, samples: known.samples + 1 })
  }
  return [...groups.values()].sort((a, b) => b.samples - a.samples)
}

/** A job that is ready to run again, with what has to be done to its ledger first. */
export interface Replay {
  readonly open: OpenRecipe
  readonly samples: number
  readonly onLedger: (ledger: Ledger) => Promise<void>
}

/**
 * Makes ready to run what was set aside again, through the recipe as it was run last, and to fold what survives into the
 * output at its place: the partitions concerned go back to before the operator that failed, and barriers behind it decide
 * again. What the reader set aside stays, as long as the input is the same. The working directory becomes that of the job.
 *
 * @throws {UsageError} where nothing was set aside that could come through, or the job runs: it would wait for what its
 * other processes have in hand, and take away what they stand on
 */
export async function prepareReplay(jobDir: string, operator: string | undefined): Promise<Replay> {
  const directory = new JobDirectory(jobDir)
  if (isPipeline(directory))
    throw new UsageError(
      `${jobDir} is the job of a pipeline: run it again with replayQuarantined: true (pawl pipeline run FILE --replay-quarantined), which replays what it set aside`,
    )
  if (new JobObserver().look(jobDir).state === 'running')
    throw new UsageError(`${jobDir} is running: wait for its end, or stop it first (pawl stop ${jobDir})`)
  const partitions = new Set<string>()
  let samples = 0
  for await (const entry of readQuarantine(jobDir)) {
    if (entry.operator === 'reader' || (operator !== undefined && entry.operator !== operator)) continue
    partitions.add(entry.partition)
    samples++
  }
  if (samples === 0)
    throw new UsageError(
      `${jobDir}: ${operator ?? 'no operator'} set nothing aside that could be run again; pawl quarantine list ${jobDir} shows what was`,
    )
  const record = readRecordedRecipe(directory)
  if (record === undefined)
    throw new UsageError(`${directory.recipe} is lost or damaged: pawl resume ${jobDir} makes it again`)
  const open = await openAsRun(jobDir, directory, record.cwd)
  process.chdir(record.cwd)
  return { open, samples, onLedger: ledger => goBack(ledger, partitions) }
}

/** Withdraws the points that samples were set aside on the way to, and marks exports as no longer current. */
async function goBack(ledger: Ledger, partitions: ReadonlySet<string>): Promise<void> {
  const points = [...ledger.all('point')].filter(
    ({ partition, quarantine }) => quarantine.length > 0 && partitions.has(partition),
  )
  await ledger.withdraw(points)
  const exports = [...ledger.exports()].map((record): ExportRecord => ({ ...record, fingerprint: 'replayed' }))
  if (exports.length > 0) await ledger.commit(exports)
}
