import { randomBytes } from 'node:crypto'
import { renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ExportedFile, ExportRecord } from '../../../core/records.js'
import { syncFolder } from '../../../util/durable-file.js'
import { stampFile } from '../../../util/file-stamp.js'
import { hasNoLinks, linkNew } from '../../../util/link-new.js'
import { remove, removeFolder } from '../../../util/remove.js'
import { discardStaged } from '../../../util/staging.js'
import { JobFailure } from '../../protocol/job-failure.js'
import type { RunContext } from '../scheduler/run-context.js'
import { type ExportSettings, stagedRoot } from './export-form.js'
import { isThere, matchesContent, stateOfExport } from './export-state.js'

/**
 * Finishes an export whose intent is on record: gives it its name, unless that was done before a crash, and records
 * that it is done. What stood there is first moved out of the way and only then looked at, so that nobody can put
 * something there between the look and the move.
 *
 * @throws {JobFailure} where something that this job did not write stands there and may not be replaced
 * @throws {LeaseLost} where another process took over and took away what was staged
 */
export async function placeExport(
  context: RunContext,
  settings: ExportSettings,
  intent: ExportRecord,
): Promise<ExportRecord> {
  const given = giveNames(context, settings, intent)
  if (given.kind === 'taken') throw given.failure
  const { done } = given
  const { files, target } = done
  await context.ledger.commit([done])
  context.emit({
    event_type: 'export_complete',
    path: target,
    files: files.length,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    size_bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
  })
  return done
}

/** Where an export goes, and whether it takes the place of what others put there. */
export type Placing = Pick<ExportSettings, 'target' | 'overwrite'>

/** What became of staged files. `taken`: something that this job did not write stands at the target, and stays. */
export type Placed =
  | { readonly kind: 'given'; readonly done: ExportRecord }
  | { readonly kind: 'taken'; readonly failure: JobFailure }

/** As `placeExport`, and leaves it to the caller to record that it is done, and what it means where the target is taken. */
export function giveNames(context: RunContext, settings: Placing, intent: ExportRecord): Placed {
  const { target } = intent
  if (!intent.files.every(file => matchesContent(file.path, file))) {
    context.lease.check()
    const stranger = findStranger(context, settings, intent.previous)
    if (stranger !== undefined) return { kind: 'taken', failure: taken(settings.target, stranger) }
    moveAway(context, intent)
    if (!giveName(context, intent)) {
      settleDisplaced(context, intent)
      return { kind: 'taken', failure: taken(target, 'was written by another job or program') }
    }
    syncFolder(dirname(target))
  }
  discardStaged(stagedRoot(intent))
  settleDisplaced(context, intent)
  context.lease.check()
  return { kind: 'given', done: doneOf(context, intent) }
}

/** Whose is what stands at the target is asked again at every step: another job may have come first. */
export function refuseStranger(context: RunContext, placing: Placing, record: ExportRecord | undefined): void {
  const stranger = findStranger(context, placing, record)
  if (stranger !== undefined) throw taken(placing.target, stranger)
}

/** What may not be replaced of what stands at the target, in words. */
function findStranger(
  { job }: RunContext,
  { target, overwrite }: Placing,
  record: ExportRecord | undefined,
): string | undefined {
  const state = stateOfExport(record, job.jobDir, target)
  return state.kind === 'special' || (state.kind === 'foreign' && !overwrite) ? state.what : undefined
}

function taken(target: string, what: string): JobFailure {
  return new JobFailure(
    'export_taken',
    `export_path ${target} ${what}, while this job ran: what it did is kept; export to another place with --export_path, move the other file away, or say --overwrite true to have it moved aside`,
  )
}

function moveAway(context: RunContext, { target, displaced }: ExportRecord): void {
  if (displaced === undefined || !isThere(target)) return
  renameOrLose(context, target, displaced)
  syncFolder(dirname(target))
}

/**
 * A file gets its name by a link and a folder by a rename onto nothing: neither replaces what came there meanwhile.
 *
 * @returns false where something did
 */
function giveName(context: RunContext, intent: ExportRecord): boolean {
  const { target, isFolder } = intent
  const staged = stagedRoot(intent)
  try {
    if (!isFolder) return linkOrRename(context, staged, target)
    renameOrLose(context, staged, target)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST' && code !== 'ENOTEMPTY' && code !== 'ENOTDIR') throw error
    return false
  }
}

function linkOrRename(context: RunContext, staged: string, target: string): boolean {
  try {
    return linkNew(staged, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') context.lease.check()
    // Some file systems have no hard links; there the check before has to do.
    if (!hasNoLinks(error)) throw error
    renameOrLose(context, staged, target)
    return true
  }
}

/** What a successor took away is no longer there to be renamed. */
function renameOrLose(context: RunContext, from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') context.lease.check()
    throw error
  }
}

/**
 * Settles what was moved away from the target: an earlier export of this job that is as it was written is removed,
 * name by name; whatever was edited, or never was ours, is set aside under a name that says so. Where a crash came
 * before the new export got the name, the old one gets it back.
 */
export function settleDisplaced(context: RunContext, { target, displaced, previous }: ExportRecord): void {
  if (displaced === undefined || !isThere(displaced)) return
  if (!isThere(target)) {
    renameSync(displaced, target)
    syncFolder(dirname(target))
    return
  }
  const record = previous && movedTo(previous, displaced)
  const state = stateOfExport(record, context.job.jobDir, displaced)
  if (state.kind === 'unchanged' && record !== undefined && removeExport(record, displaced)) return
  const aside = `${target}.set-aside-${randomBytes(3).toString('hex')}`
  renameSync(displaced, aside)
  const what = 'what' in state ? state.what : 'was not all written by this job'
  context.emit({ event_type: 'warning', message: `${target} ${what}; it was moved to ${aside}` })
}

/**
 * Ends exports that an earlier run began and this one has no use for: what was staged goes, what was moved away comes
 * back, and one that did get its name is on record as done.
 */
export async function settleAbandoned(context: RunContext, current: string | undefined): Promise<void> {
  for (const record of [...context.ledger.exports()]) {
    if (record.state !== 'intent' || record.fingerprint === current) continue
    const isPlaced = record.files.every(file => matchesContent(file.path, file))
    if (!isPlaced) discardStaged(stagedRoot(record))
    settleDisplaced(context, record)
    if (isPlaced) await context.ledger.commit([doneOf(context, record)])
  }
}

function doneOf({ lease }: RunContext, intent: ExportRecord): ExportRecord {
  const files = intent.files.map((file): ExportedFile => ({ ...file, stamp: stampFile(file.path) }))
  return { ...intent, state: 'done', fence: lease.fence, files, previous: undefined, displaced: undefined }
}

function movedTo(record: ExportRecord, place: string): ExportRecord {
  const moved = (path: string) => (record.isFolder ? join(place, path.slice(record.target.length + 1)) : place)
  // A rename changes a file's stamp, so that its content has to be read.
  const files = record.files.map(file => ({ ...file, path: moved(file.path), stamp: undefined }))
  return { ...record, target: place, files }
}

function removeExport({ isFolder, files }: ExportRecord, place: string): boolean {
  if (!isFolder) return remove(place)
  const names = new Set(files.map(({ path }) => path.slice(place.length + 1)))
  return removeFolder(place, name => names.has(name))
}
