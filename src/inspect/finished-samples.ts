import type { PointRecord } from '../core/records.js'
import type { Sample } from '../core/sample.js'
import { UsageError } from '../core/usage-error.js'
import type { JobSpec } from '../core/work-unit.js'
import { specOf } from '../engine/job-spec.js'
import { readPoint } from '../execution/work/segment/point-reader.js'
import { orderSlices, runsOf } from '../planning/input-order.js'
import { newWriter } from '../util/staging.js'
import { type CommittedJob, openCommitted, pointsAfter } from './open-committed.js'
import { type Place, Places } from './places.js'

/** A job whose partitions are all finished. */
export interface FinishedJob {
  readonly job: CommittedJob
  readonly spec: JobSpec
  readonly points: readonly PointRecord[]
  readonly places: Places
}

/** A sample of a job's result, and where it comes from. */
export interface FinishedSample extends Place {
  readonly branch: readonly number[]
  /** Its fields, as JSON text. */
  readonly text: string
  /** The same of what was measured on it. */
  readonly stats: string
}

/**
 * Opens a finished job; who asks closes its ledger.
 *
 * @throws {UsageError} where a partition is not finished, or no longer kept
 */
export async function openFinished(jobDir: string): Promise<FinishedJob> {
  const job = await openCommitted(jobDir)
  const spec = specOf(job.open, job.directory, newWriter())
  const points = pointsAfter(job, spec.operators.length)
  const missing = points.indexOf(undefined)
  if (missing >= 0) {
    job.ledger.close()
    throw new UsageError(
      `${jobDir}: partition ${job.states[missing].key} is not finished, or no longer kept: pawl resume ${jobDir} brings it there`,
    )
  }
  const whole = points as PointRecord[]
  return { job, spec, points: whole, places: new Places(job.states, whole) }
}

/** All samples of a result, file by file in the order of their paths, and within a file as `compareSamples` says. */
export async function* finishedSamples({ job, spec, points, places }: FinishedJob): AsyncGenerator<FinishedSample> {
  const files = [...job.books.files].sort((a, b) => compareText(a.path, b.path))
  const rows = points.map(({ sliceRows }) => sliceRows)
  const readers = new Map<number, AsyncGenerator<Sample>>()
  for (const { index, rows: wanted } of runsOf(orderSlices(job.states, files), rows)) {
    const reader = readers.get(index) ?? samplesOf(spec, points[index])
    readers.set(index, reader)
    for (let taken = 0; taken < wanted; taken++) {
      const next = await reader.next()
      if (next.done) break
      const { origin, computedStats } = next.value
      const { bytes, start, end } = next.value.toJsonText()
      yield {
        ...places.of(job.states[index].slices[origin.slice], origin),
        branch: origin.branch ?? [],
        text: bytes.toString('utf8', start, end),
        stats: JSON.stringify(computedStats ?? {}),
      }
    }
  }
}

async function* samplesOf(spec: JobSpec, point: PointRecord): AsyncGenerator<Sample> {
  for await (const { samples } of readPoint(spec, { kind: 'point', point })) yield* samples
}

/** Below 0 where `a` comes first in the input, 0 where both descend from one record in the same way. */
export function compareSamples(a: FinishedSample, b: FinishedSample): number {
  if (a.file !== b.file) return compareText(a.file, b.file)
  if (a.at !== b.at) return a.at - b.at
  for (const [depth, number] of a.branch.entries()) {
    const other = b.branch[depth]
    if (other === undefined) return 1
    if (other !== number) return number - other
  }
  return a.branch.length - b.branch.length
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
