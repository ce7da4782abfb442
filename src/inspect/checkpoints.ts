import { existsSync, renameSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { PointRecord } from '../core/records.js'
import { UsageError } from '../core/usage-error.js'
import type { ExportUnit } from '../core/work-unit.js'
import { specOf } from '../engine/job-spec.js'
import { runExport } from '../execution/work/export/run-export.js'
import { formatOfName } from '../io/listing/formats.js'
import { isPipeline } from '../jobs/refuse-pipeline.js'
import { orderSlices, runsOf } from '../planning/input-order.js'
import { JobDirectory } from '../state/job-directory.js'
import { syncFolder } from '../util/durable-file.js'
import { nearestName } from '../util/nearest.js'
import { newWriter, stagingPath } from '../util/staging.js'
import { type CommittedJob, openCommitted, pointsAfter } from './open-committed.js'
import { exportSpools, listSpools } from './pipeline-checkpoints.js'

/** The checkpoints behind one operator. Sizes in bytes. */
export interface CheckpointRow {
  /** How many operators were run before it. */
  readonly opsDone: number
  /** The last of them; undefined before the first. */
  readonly operator: string | undefined
  readonly partitions: number
  readonly partitionsTotal: number
  readonly rows: number
  readonly sizeBytes: number
  /** When the last of them was written, by the file system's clock; undefined where no file is there. */
  readonly lastAt: Date | undefined
}

/** What a job could go on from: for each place in its recipe the checkpoints and finished partitions that stand there. */
export async function listCheckpoints(jobDir: string): Promise<CheckpointRow[]> {
  const directory = new JobDirectory(jobDir)
  if (isPipeline(directory)) return listSpools(directory)
  const job = await openCommitted(jobDir)
  try {
    const { operators } = job.open.recipe
    return Array.from({ length: operators.length + 1 }, (_, done) => describe(job, done)).filter(
      row => row.partitions > 0,
    )
  } finally {
    job.ledger.close()
  }
}

function describe(job: CommittedJob, opsDone: number): CheckpointRow {
  const points = pointsAfter(job, opsDone).filter(point => point !== undefined)
  const times = points.flatMap(point => statSync(fileOf(job, point), { throwIfNoEntry: false })?.mtimeMs ?? [])
  return {
    opsDone,
    operator: job.open.recipe.operators[opsDone - 1]?.name,
    partitions: points.length,
    partitionsTotal: job.states.length,
    rows: points.reduce((sum, { file }) => sum + file.rows, 0),
    sizeBytes: points.reduce((sum, { file }) => sum + file.sizeBytes, 0),
    lastAt: times.length === 0 ? undefined : new Date(times.reduce((a, b) => Math.max(a, b))),
  }
}

function fileOf({ directory }: CommittedJob, { file }: PointRecord): string {
  return resolve(directory.path, file.path)
}

/** Which checkpoint to write, and where. */
export interface CheckpointExport {
  /** The operator behind which it stands, by name, or by its place in the recipe (from 0) where it is used twice. */
  readonly after: string
  /** The file; its suffix names format and compression. */
  readonly to: string
  /** Keep the statistics of each sample. Default: true. */
  readonly keepStats?: boolean
}

/**
 * Writes the samples of all partitions as they stand behind an operator into one data file, in input order.
 *
 * @throws {UsageError} where there is no such checkpoint, it is not complete, or something stands at the file's name
 */
export async function exportCheckpoint(
  jobDir: string,
  { after, to, keepStats = true }: CheckpointExport,
): Promise<{ rows: number; sizeBytes: number }> {
  const directory = new JobDirectory(jobDir)
  if (isPipeline(directory)) return exportSpools(directory, { after, to })
  const target = resolve(to)
  if (existsSync(target)) throw new UsageError(`${target} exists: choose another name`)
  const form = formatOfName(target)
  if (form === undefined || form.format === 'text')
    throw new UsageError(
      `${to}: its suffix tells no format: end it in .jsonl, .jsonl.gz, .parquet, .arrow, .csv or .json`,
    )
  const job = await openCommitted(jobDir)
  try {
    const done = placeOf(job, after)
    const points = pointsAfter(job, done)
    const missing = points.filter(point => point === undefined).length
    if (missing > 0)
      throw new UsageError(
        `${missing} of ${points.length} partitions have no checkpoint behind ${after}; pawl checkpoint list ${jobDir} shows where there are some`,
      )
    const whole = points as PointRecord[]
    const writer = newWriter()
    const unit: ExportUnit = {
      ...{
        kind: 'export',
        id: 'checkpoint',
        attempt: '0',
        points: whole,
        target,
        shardBytes: 0,
        keepStats,
        keepHashes: false,
      },
      format: form.format,
      compression: form.compression,
      staged: stagingPath(dirname(target), writer, 'checkpoint'),
      runs: runsOf(
        orderSlices(job.states, job.books.files),
        whole.map(({ sliceRows }) => sliceRows),
      ),
    }
    const report = { progress: () => {}, piece: () => {} }
    const { files } = await runExport({ job: specOf(job.open, job.directory, writer), report }, unit)
    renameSync(files[0].staged, target)
    syncFolder(dirname(target))
    return { rows: files[0].rows, sizeBytes: files[0].sizeBytes }
  } finally {
    job.ledger.close()
  }
}

function placeOf({ open }: CommittedJob, after: string): number {
  const { operators } = open.recipe
  const byPlace = /^\d+$/.test(after) ? Number(after) : -1
  if (byPlace >= 0 && byPlace < operators.length) return byPlace + 1
  const places = operators.flatMap(({ name }, index) => (name === after ? [index] : []))
  if (places.length === 1) return places[0] + 1
  if (places.length > 1)
    throw new UsageError(
      `${after} is used ${places.length} times: give its place in the recipe, ${places.join(' or ')}`,
    )
  const nearest = nearestName(
    after,
    operators.map(({ name }) => name),
  )
  throw new UsageError(
    `the recipe has no operator ${after}${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`,
  )
}
