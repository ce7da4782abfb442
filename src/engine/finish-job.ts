import type { Counts, ExportRecord, PointRecord } from '../core/records.js'
import { matchesContent } from '../execution/export/export-state.js'
import {
  type ExportSettings,
  exportFingerprint,
  placeExport,
  publishExport,
} from '../execution/export/publish-export.js'
import { writeQuarantineReport } from '../execution/quarantine-report.js'
import { setAside } from '../execution/scheduler/damage.js'
import { finalFingerprints, type PartitionState } from '../execution/scheduler/partition-state.js'
import { applyRetention } from '../execution/scheduler/retention.js'
import { JobFailure } from '../execution/scheduler/run-context.js'
import { UnitFailed } from '../execution/scheduler/supervise.js'
import type { JobSession } from './job-session.js'
import type { PreparedJob } from './prepare-job.js'
import type { RunReport } from './run-report.js'

/** Runs what is missing, exports it, and closes the books; where the export stands as it should, nothing is run. */
export async function finishJob(
  session: JobSession,
  prepared: PreparedJob,
  exporting: ExportSettings,
): Promise<RunReport> {
  const { retention_policy } = session.recipe.intermediate_storage
  const current = await findCurrentExport(prepared, exporting)
  if (current !== undefined) {
    await applyRetention(prepared.context, retention_policy)
    return report(session, current, { wasComplete: true, exportMs: 0 })
  }
  for (;;) {
    const { states, points } = await prepared.scheduler.run()
    try {
      await writeQuarantineReport(
        session.directory.path,
        points.map((point, index) => ({ point, slices: states[index].slices })),
      )
      const started = performance.now()
      const record = await exportPoints(prepared, exporting, states, points)
      const exportMs = Math.round(performance.now() - started)
      await applyRetention(prepared.context, retention_policy)
      return report(session, record, { wasComplete: false, exportMs })
    } catch (error) {
      if (!(error instanceof UnitFailed)) throw error
      const { consequence, path, message, code } = error.error
      if (consequence !== 'redo_input' || path === undefined) throw new JobFailure(code, message, { cause: error })
      await setAside(prepared.context, '', path, message)
    }
  }
}

/** The export on record, if it follows from just this input and recipe and still stands as it was written; a finished rename is adopted. */
async function findCurrentExport(
  { context, scheduler }: PreparedJob,
  exporting: ExportSettings,
): Promise<ExportRecord | undefined> {
  const record = context.ledger.getExport()
  if (record === undefined || !scheduler.isFullyRead) return undefined
  const finals = finalFingerprints(context.plan, context.ledger, scheduler.states)
  if (finals === undefined || record.fingerprint !== exportFingerprint(exporting, finals)) return undefined
  const stands = record.files.every(file => matchesContent(file.path, file))
  if (record.state === 'done') return stands ? record : undefined
  const isStaged = record.files.every(({ staged, stamp: _, ...file }) => matchesContent(staged, { ...file, staged }))
  return stands || isStaged ? placeExport(context, exporting, record) : undefined
}

async function exportPoints(
  { context }: PreparedJob,
  exporting: ExportSettings,
  states: readonly PartitionState[],
  points: readonly PointRecord[],
): Promise<ExportRecord> {
  const finals = finalFingerprints(context.plan, context.ledger, states)
  if (finals === undefined) throw new TypeError('all partitions are finished, so that their fingerprints are known')
  return publishExport(context, exporting, exportFingerprint(exporting, finals), points)
}

function report(
  session: JobSession,
  record: ExportRecord,
  { wasComplete, exportMs }: { readonly wasComplete: boolean; readonly exportMs: number },
): RunReport {
  const { recipe, meter } = session
  const samplesOut = record.files.reduce((sum, { rows }) => sum + rows, 0)
  const { counts, quarantined } = record
  const progress = session.complete({
    samplesIn: counts.read,
    samplesOut,
    quarantined,
    inputBytes: counts.bytes,
    wasComplete,
  })
  return {
    jobId: recipe.jobId,
    jobDir: recipe.jobDir,
    exportPath: record.target,
    operators: recipe.operators,
    counts: withDeciding(counts, meter.decidingMs),
    exportMs,
    samplesOut,
    quarantined,
    exportedBytes: record.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    durationMs: progress.elapsedMs,
    processedBytes: progress.processedBytes,
    bytesPerSecond: progress.bytesPerSecond,
    wasComplete,
  }
}

/** Counts with the time that barriers took to decide beside that of their signatures. */
function withDeciding(counts: Counts, decidingMs: ReadonlyMap<number, number>): Counts {
  const operators = counts.operators.map((count, index) => ({ ...count, ms: count.ms + (decidingMs.get(index) ?? 0) }))
  return { ...counts, operators }
}
