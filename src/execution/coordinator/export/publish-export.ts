import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type { ExportRecord, FileRef, PointRecord } from '../../../core/records.js'
import type { ExportUnit } from '../../../core/work-unit.js'
import { orderSlices, runsOf } from '../../../planning/input-order.js'
import { makeFolderDurably } from '../../../util/durable-file.js'
import { plural } from '../../../util/format.js'
import { discardStaged, stagingPath } from '../../../util/staging.js'
import { sumCounts } from '../../contents/counts.js'
import type { PartitionState } from '../scheduler/partition-state.js'
import type { RunContext } from '../scheduler/run-context.js'
import { superviseUnit } from '../scheduler/supervise.js'
import { type ExportSettings, stagedRoot } from './export-form.js'
import { recordAtTarget } from './export-state.js'
import { placeExport, refuseStranger } from './place-export.js'

/** What an export is made of. */
export interface FinishedWork {
  readonly fingerprint: string
  readonly states: readonly PartitionState[]
  readonly points: readonly PointRecord[]
  readonly quarantined: number
  readonly report: FileRef | undefined
}

/** Stages the export, records the intent, gives it its name and records that it is done. */
export async function publishExport(
  context: RunContext,
  settings: ExportSettings,
  { fingerprint, states, points, quarantined, report }: FinishedWork,
): Promise<ExportRecord> {
  const { target } = settings
  makeFolderDurably(dirname(target))
  const last = context.ledger.get('export', target)
  refuseStranger(context, settings, recordAtTarget(last))
  const { overwrite: _, ...form } = settings
  const order = orderSlices(states, context.files)
  const runs = runsOf(
    order,
    points.map(({ sliceRows }) => sliceRows),
  )
  const purpose = { partition: '', what: `export to ${target}` }
  const result = await superviseUnit(context, purpose, (attempt): ExportUnit => {
    const staged = stagingPath(dirname(target), context.job.writer, `${basename(target)}.${attempt}`)
    return { kind: 'export', id: `export:${attempt}`, attempt, staged, points, runs, ...form }
  })
  if (result.kind !== 'export') throw new TypeError(`an export unit answered with a ${result.kind}`)
  const { isFolder, files } = result
  const counts = sumCounts(points.map(point => point.counts))
  warnOfNulled(context, (counts.nulled ?? 0) + result.nulled)
  const intent: ExportRecord = {
    kind: 'export',
    state: 'intent',
    fence: context.lease.fence,
    fingerprint,
    target,
    isFolder,
    files,
    counts,
    quarantined,
    report,
    displaced: join(dirname(target), `.pawl-displaced-${randomBytes(6).toString('hex')}-${basename(target)}`),
    previous: withoutPrevious(recordAtTarget(last)),
  }
  await context.ledger.commit([intent])
  try {
    return await placeExport(context, settings, intent)
  } catch (error) {
    discardStaged(stagedRoot(intent))
    throw error
  }
}

function warnOfNulled(context: RunContext, count: number): void {
  if (count === 0) return
  const message = `${plural(count, 'number')} that are not finite (NaN, Infinity) became null, since statistics and JSON arrays hold none`
  context.emit({ event_type: 'warning', message })
}

function withoutPrevious(record: ExportRecord | undefined): ExportRecord | undefined {
  return record && { ...record, previous: undefined, displaced: undefined }
}
