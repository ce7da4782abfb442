import { describeFigures } from '../core/describe-figures.js'
import type { Counts, ExportRecord, FileRef, PointRecord } from '../core/records.js'
import { servesPolicy } from '../execution/contents/error-policy.js'
import {
  type ExportSettings,
  exportFingerprint,
  isOfExport,
  stagedRoot,
} from '../execution/coordinator/export/export-form.js'
import { matchesContent } from '../execution/coordinator/export/export-state.js'
import { placeExport, settleAbandoned } from '../execution/coordinator/export/place-export.js'
import { publishExport } from '../execution/coordinator/export/publish-export.js'
import { reportStands, writeQuarantineReport } from '../execution/coordinator/quarantine-report.js'
import { damagedPath, setAside } from '../execution/coordinator/scheduler/damage.js'
import { isWithin } from '../execution/coordinator/scheduler/judge-quarantine.js'
import { finalFingerprints, type PartitionState } from '../execution/coordinator/scheduler/partition-state.js'
import { applyRetention } from '../execution/coordinator/scheduler/retention.js'
import { booksOf, type RunContext } from '../execution/coordinator/scheduler/run-context.js'
import { traceJob } from '../execution/coordinator/trace/trace-job.js'
import { Lease } from '../state/lease.js'
import { takeStagedFiles } from '../state/take-over.js'
import type { JobSession } from './job-session.js'
import type { PreparedJob } from './prepare-job.js'
import type { RunReport } from './run-report.js'

/**
 * Sees to it that all is committed and exported, by this process or another, and tells what came of it. Where the export
 * stands as it should, nothing is run. One process at a time puts the job's result in place.
 */
export async function finishJob(
  session: JobSession,
  prepared: PreparedJob,
  exporting: ExportSettings,
): Promise<RunReport> {
  const { context, scheduler } = prepared
  let work: FinishedParts | undefined
  for (let look = 0; ; look++) {
    context.team.look()
    scheduler.refresh()
    const lease = await claimExport(session, prepared)
    if (lease !== undefined) {
      const holding = { ...prepared, context: { ...context, lease } }
      try {
        const report = await finishHolding(session, holding, { exporting, work, wasComplete: look === 0 })
        if (report !== undefined) return report
      } finally {
        lease.release()
      }
    } else {
      const current = standingExport(prepared, exporting)
      if (current !== undefined)
        return report(session, current, { wasComplete: false, exportMs: 0, decisions: decisionsOf(prepared) })
      if (work !== undefined) await context.team.wait()
    }
    context.team.exported = undefined
    work = await scheduler.run()
  }
}

interface FinishedParts {
  readonly states: readonly PartitionState[]
  readonly points: readonly PointRecord[]
}

interface Holding {
  readonly exporting: ExportSettings
  /** All that is to be exported; undefined where nobody looked yet. */
  readonly work: FinishedParts | undefined
  /** True where nothing was done in this run. */
  readonly wasComplete: boolean
}

/** What the holder of the export does; undefined where work is missing first. */
async function finishHolding(
  session: JobSession,
  prepared: PreparedJob,
  { exporting, work, wasComplete }: Holding,
): Promise<RunReport | undefined> {
  const { context, scheduler } = prepared
  const { retention_policy } = session.recipe.intermediate_storage
  const current = await findCurrentExport(prepared, exporting)
  await settleAbandoned(context, current?.fingerprint)
  const isAccepted = current !== undefined && isWithin(current.counts, context.settings.maxQuarantineRatio)
  if (isAccepted && isReportInOrder(session, current)) {
    await trace(session, context, scheduler.states)
    await applyRetention(context, retention_policy, scheduler.states)
    return report(session, current, { wasComplete, exportMs: 0, decisions: decisionsOf(prepared) })
  }
  if (work === undefined) return undefined
  const { states, points } = work
  try {
    const quarantine = await reportQuarantine(prepared, states, points)
    const started = performance.now()
    const record =
      current === undefined
        ? await exportPoints(prepared, exporting, { states, points, report: quarantine })
        : await renewReport(prepared, current, quarantine)
    const exportMs = Math.round(performance.now() - started)
    await trace(session, context, states)
    await applyRetention(context, retention_policy, states)
    return report(session, record, { wasComplete: false, exportMs, decisions: decisionsOf(prepared) })
  } catch (error) {
    const path = damagedPath(error)
    if (path === undefined) throw error
    await setAside(context, { path, partition: '', reason: (error as Error).message })
    return undefined
  }
}

/**
 * Takes the right to put the result in place, unless another process holds it. What an earlier holder staged gets
 * another name, so that it finds nothing to rename should it wake up; the intent goes on record anew.
 */
async function claimExport(session: JobSession, { context }: PreparedJob): Promise<Lease | undefined> {
  const { directory, writer, ledger } = session
  const above = [...ledger.exports()].reduce((most, { fence = 0 }) => Math.max(most, fence), 0)
  const claim = await Lease.claim({ folder: directory.leases, name: 'export', writer, above, signal: session.signal })
  if (claim.kind === 'held') return undefined
  context.team.learn(true)
  const intents = [...ledger.exports()].filter(({ state }) => state === 'intent')
  const moved = takeStagedFiles(writer, intents.map(stagedRoot))
  const renewed = intents.flatMap((record): ExportRecord[] => {
    const from = stagedRoot(record)
    const to = moved.get(from)
    if (to === undefined) return []
    const files = record.files.map(file => ({ ...file, staged: to + file.staged.slice(from.length) }))
    return [{ ...record, fence: claim.lease.fence, files }]
  })
  if (renewed.length > 0) await ledger.commit(renewed)
  return claim.lease
}

/** The export that another process put in place, where it is the one that this one would have made. */
function standingExport(prepared: PreparedJob, exporting: ExportSettings): ExportRecord | undefined {
  const record = prepared.context.ledger.get('export', exporting.target)
  if (record?.state !== 'done' || !isExportCurrent(prepared, exporting, record)) return undefined
  return record.files.every(file => matchesContent(file.path, file)) ? record : undefined
}

/** Shows by example what the operators do, where the recipe asks for it. */
async function trace({ recipe }: JobSession, context: RunContext, states: readonly PartitionState[]): Promise<void> {
  const { open_tracer, op_list_to_trace: operators, trace_keys: keys, trace_num: count } = recipe
  if (open_tracer) await traceJob(context, states, { operators, keys, count })
}

function isReportInOrder({ directory, spec }: JobSession, { report: recorded }: ExportRecord): boolean {
  const isWanted = spec.onError !== 'skip' || recorded === undefined
  return isWanted && reportStands(directory.path, recorded)
}

/** True where the export on record follows from just this input and recipe. */
export function isExportCurrent(
  { context, scheduler }: PreparedJob,
  exporting: ExportSettings,
  record: ExportRecord | undefined,
): record is ExportRecord {
  if (record === undefined || !scheduler.isFullyRead) return false
  const finals = finalFingerprints(booksOf(context), scheduler.states)
  if (finals === undefined || !isOfExport(record.fingerprint, exporting, finals)) return false
  const quarantine = record.report === undefined ? [] : [record.report]
  return servesPolicy({ counts: record.counts, quarantine }, context.job.onError)
}

/** The export on record, if it follows from just this input and recipe and still stands as it was written; a finished rename is adopted. */
async function findCurrentExport(prepared: PreparedJob, exporting: ExportSettings): Promise<ExportRecord | undefined> {
  const { context } = prepared
  const record = context.ledger.get('export', exporting.target)
  if (!isExportCurrent(prepared, exporting, record)) return undefined
  const stands = record.files.every(file => matchesContent(file.path, file))
  if (record.state === 'done') return stands ? record : undefined
  const isStaged = record.files.every(({ staged, stamp: _, ...file }) => matchesContent(staged, { ...file, staged }))
  return stands || isStaged ? placeExport(context, exporting, record) : undefined
}

/** With `on_error: skip` nothing is set aside; what units did under another policy is left out. */
async function reportQuarantine(
  { context }: PreparedJob,
  states: readonly PartitionState[],
  points: readonly PointRecord[],
): Promise<FileRef | undefined> {
  const isSkipped = context.job.onError === 'skip'
  const partitions = points.map((point, index) => ({ point, slices: states[index].slices }))
  return writeQuarantineReport(context.job, isSkipped ? [] : partitions)
}

interface Finished extends FinishedParts {
  readonly report: FileRef | undefined
}

async function exportPoints(
  { context }: PreparedJob,
  exporting: ExportSettings,
  { states, points, report: quarantine }: Finished,
): Promise<ExportRecord> {
  const finals = finalFingerprints(booksOf(context), states)
  if (finals === undefined) throw new TypeError('all partitions are finished, so that their fingerprints are known')
  return publishExport(context, exporting, {
    fingerprint: exportFingerprint(exporting, finals),
    states,
    points,
    quarantined: quarantine?.rows ?? 0,
    report: quarantine,
  })
}

/** The export stands, and only the report that belongs to it was lost or edited. */
async function renewReport(
  { context }: PreparedJob,
  current: ExportRecord,
  quarantine: FileRef | undefined,
): Promise<ExportRecord> {
  const renewed = { ...current, fence: context.lease.fence, report: quarantine, quarantined: quarantine?.rows ?? 0 }
  await context.ledger.commit([renewed])
  return renewed
}

function report(
  session: JobSession,
  record: ExportRecord,
  { wasComplete, exportMs, decisions }: Pick<RunReport, 'wasComplete' | 'exportMs' | 'decisions'>,
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
    skipped: recipe.skipped.map(({ name, index }) => `${name} (process[${index}])`),
    counts: withDeciding(counts, meter.decidingMs),
    exportMs,
    samplesOut,
    quarantined,
    exportedBytes: record.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    durationMs: progress.elapsedMs,
    processedBytes: progress.processedBytes,
    bytesPerSecond: progress.bytesPerSecond,
    decisions,
    wasComplete,
  }
}

/** What the barriers tell of the decisions that the export rests on. */
function decisionsOf({ context, scheduler, plan }: PreparedJob): string[] {
  const [first] = scheduler.states
  return plan.reaches.flatMap(({ index, signs }) => {
    if (signs === undefined || first?.verdicts[index] === undefined) return []
    const { path } = first.verdicts[index]
    const record = [...context.ledger.all('verdict')].find(({ file }) => file.path === path)
    const told = describeFigures(record?.figures ?? {})
    const lines = record?.lines === undefined ? '' : ` → ${record.lines.path}`
    return told === '' && lines === '' ? [] : [`${plan.operators[signs].name}${told}${lines}`]
  })
}

/** Counts with the time that barriers took to decide beside that of their signatures. */
function withDeciding(counts: Counts, decidingMs: ReadonlyMap<number, number>): Counts {
  const operators = counts.operators.map((count, index) => ({ ...count, ms: count.ms + (decidingMs.get(index) ?? 0) }))
  return { ...counts, operators }
}
