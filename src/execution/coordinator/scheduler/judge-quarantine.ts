import type { Counts, FileRef, PointRecord } from '../../../core/records.js'
import type { Reach } from '../../../planning/reaches.js'
import { sumCounts } from '../../contents/counts.js'
import { countFailures } from '../../contents/error-policy.js'
import type { QuarantineEntry } from '../../contents/quarantine-writer.js'
import { commonestReason, describeAside, remedyFor } from '../../contents/set-aside-reason.js'
import { JobFailure } from '../../protocol/job-failure.js'
import { readEntries } from '../quarantine-report.js'
import { latestPoint, type PartitionState } from './partition-state.js'
import { booksOf, type RunContext } from './run-context.js'

/** Reasons are learned from so many samples. */
const looksAt = 300

/**
 * Ends a job in which too large a share of all samples that were read was set aside, once they have been through
 * the operators before the first barrier, or all of them.
 *
 * @throws {JobFailure} with the commonest reason and what to do
 */
export async function judgeQuarantine(
  context: RunContext,
  states: readonly PartitionState[],
  reach: Reach,
): Promise<void> {
  const books = booksOf(context)
  const points = states.flatMap(state => latestPoint(books, state, reach) ?? [])
  const counts = sumCounts(points.map(point => point.counts))
  if (isWithin(counts, context.settings.maxQuarantineRatio)) return
  await refuse(context, counts, points)
}

/** As `judgeQuarantine`, of a job that is complete. */
export function isWithin(counts: Counts, ratio: number): boolean {
  return countFailures(counts) <= ratio * (counts.read - counts.notTaken)
}

async function refuse(context: RunContext, counts: Counts, points: readonly PointRecord[]): Promise<never> {
  const { job, settings } = context
  const entries: QuarantineEntry[] = []
  for (const file of points.flatMap(({ quarantine }) => quarantine)) {
    if (entries.length >= looksAt) break
    entries.push(...(await firstEntries(job.jobDir, file)))
  }
  const reason = commonestReason(entries)
  const message = describeAside(countFailures(counts), counts.read - counts.notTaken, reason)
  throw new JobFailure('too_many_set_aside', `${message}; ${remedyFor(reason, settings.maxQuarantineRatio)}`)
}

async function firstEntries(jobDir: string, file: FileRef): Promise<QuarantineEntry[]> {
  const entries: QuarantineEntry[] = []
  for await (const entry of readEntries(jobDir, file)) {
    entries.push(entry)
    if (entries.length >= looksAt) break
  }
  return entries
}
