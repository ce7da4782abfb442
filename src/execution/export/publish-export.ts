import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ExportedFile, ExportRecord, PointRecord } from '../../core/records.js'
import type { ExportUnit } from '../../core/work-unit.js'
import { makeFolderDurably, stagingPrefix, syncFolder } from '../../util/durable-file.js'
import { stampFile } from '../../util/file-stamp.js'
import { canonicalJson, fingerprintOf } from '../../util/hash.js'
import { sumCounts } from '../counts.js'
import type { RunContext } from '../scheduler/run-context.js'
import { superviseUnit } from '../scheduler/supervise.js'
import { matchesContent, recordAtTarget, stateOfExport } from './export-state.js'

/** What the user's export is to be. */
export interface ExportSettings
  extends Pick<ExportUnit, 'format' | 'compression' | 'shardBytes' | 'keepStats' | 'keepHashes' | 'target'> {
  /** Replace what stands at the target, whoever made it. */
  readonly overwrite: boolean
}

/** The fingerprint of an export: the finished partitions in order, and the form they take. */
export function exportFingerprint({ overwrite: _, ...form }: ExportSettings, finals: readonly string[]): string {
  return fingerprintOf('export', canonicalJson(form), ...finals)
}

/** Stages the export, records the intent, gives it its name and records that it is done. */
export async function publishExport(
  context: RunContext,
  settings: ExportSettings,
  fingerprint: string,
  points: readonly PointRecord[],
): Promise<ExportRecord> {
  makeFolderDurably(dirname(settings.target))
  removeLeftovers(context, settings)
  const result = await superviseUnit(
    context,
    { partition: '', what: `export to ${settings.target}` },
    (attempt): ExportUnit => {
      const { overwrite: _, ...form } = settings
      const stagingName = `${leftoverName(context, settings)}${attempt}`
      return { kind: 'export', id: `export:${attempt}`, attempt, stagingName, points, ...form }
    },
  )
  if (result.kind !== 'export') throw new TypeError(`an export unit answered with a ${result.kind}`)
  const { isFolder, files } = result
  removeLeftovers(context, settings, stagedRoot(result))
  const intent: ExportRecord = {
    kind: 'export',
    state: 'intent',
    fingerprint,
    target: settings.target,
    isFolder,
    files,
    counts: sumCounts(points.map(({ counts }) => counts)),
    quarantined: countQuarantined(points),
    previous: withoutPrevious(recordAtTarget(context.ledger.getExport())),
  }
  await context.ledger.commit([intent])
  return placeExport(context, settings, intent)
}

/** Finishes an export whose intent is on record: renames what is staged, unless that was done before a crash. */
export async function placeExport(
  context: RunContext,
  settings: ExportSettings,
  intent: ExportRecord,
): Promise<ExportRecord> {
  if (!intent.files.every(file => matchesContent(file.path, file))) {
    makeRoom(context, settings, intent)
    renameSync(stagedRoot(intent), settings.target)
    syncFolder(dirname(settings.target))
  }
  const files = intent.files.map((file): ExportedFile => ({ ...file, stamp: stampFile(file.path) }))
  const done: ExportRecord = { ...intent, state: 'done', files, previous: undefined }
  await context.ledger.commit([done])
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  context.emit({
    event_type: 'export_complete',
    path: settings.target,
    files: files.length,
    rows,
    size_bytes: sizeBytes,
  })
  return done
}

/**
 * Clears the target's name. A file of this job that is as it was written is simply replaced; a folder is
 * removed if it holds nothing else; whatever was edited, or never was ours, is moved aside.
 */
function makeRoom(context: RunContext, { target }: ExportSettings, { previous }: ExportRecord): void {
  if (!existsSync(target)) return
  const state = stateOfExport(previous, context.job.jobDir, target)
  if (state.kind === 'unchanged' && !state.isFolder) return
  if (state.kind === 'unchanged') {
    rmSync(target, { recursive: true })
    return
  }
  const aside = `${target}.set-aside-${randomBytes(3).toString('hex')}`
  renameSync(target, aside)
  context.emit({ event_type: 'warning', message: `${target} ${state.what}; it was moved to ${aside}` })
}

function withoutPrevious(record: ExportRecord | undefined): ExportRecord | undefined {
  return record && { ...record, previous: undefined }
}

function leftoverName({ job }: RunContext, { target }: ExportSettings): string {
  return `${basename(target)}-${job.jobId}-`
}

/** The file or folder that is staged to take the target's name. */
function stagedRoot({ isFolder, files }: Pick<ExportRecord, 'isFolder' | 'files'>): string {
  return isFolder ? dirname(files[0].staged) : files[0].staged
}

/** Removes what attempts of this job staged, in earlier runs or on workers that were lost, but for `kept`. */
function removeLeftovers(context: RunContext, settings: ExportSettings, kept?: string): void {
  const folder = dirname(settings.target)
  const prefix = stagingPrefix + leftoverName(context, settings)
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (name.startsWith(prefix) && path !== kept) rmSync(path, { recursive: true, force: true })
  }
}

export function countQuarantined(points: readonly { readonly quarantine: PointRecord['quarantine'] }[]): number {
  const files = new Map<string, number>()
  for (const { quarantine } of points) for (const { path, rows } of quarantine) files.set(path, rows)
  return [...files.values()].reduce((sum, rows) => sum + rows, 0)
}
