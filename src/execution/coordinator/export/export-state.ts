import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ExportedFile, ExportRecord } from '../../../core/records.js'
import { measureFile } from '../../../util/durable-file.js'
import { stampOf } from '../../../util/file-stamp.js'

/** What stands at an export's target, compared with what the ledger says was put there. */
export type ExportState =
  | { readonly kind: 'absent'; readonly what: string }
  | { readonly kind: 'unchanged'; readonly isFolder: boolean }
  | { readonly kind: 'edited'; readonly what: string }
  | { readonly kind: 'foreign'; readonly what: string }
  /** No regular file or folder: nothing that may be moved, whatever the recipe says. */
  | { readonly kind: 'special'; readonly what: string }

/** True where a name is taken, be it by a link that leads nowhere. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** True where a file holds what was exported; the stamp spares reading it. */
export function matchesContent(path: string, file: ExportedFile): boolean {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true })
  if (stats === undefined || !stats.isFile()) return false
  if (file.stamp !== undefined && stampOf(stats) === file.stamp) return true
  return Number(stats.size) === file.sizeBytes && measureFile(path).checksum === file.checksum
}

/**
 * The record of what stands at the target: the last one, or, where a crash came between intent and
 * rename, the one before it.
 */
export function recordAtTarget(record: ExportRecord | undefined): ExportRecord | undefined {
  if (record?.state !== 'intent') return record
  return record.files.every(file => matchesContent(file.path, file)) ? record : record.previous
}

/** Looks at the target of an export. `foreign` means that this job never wrote there. */
export function stateOfExport(record: ExportRecord | undefined, jobDir: string, target: string): ExportState {
  const stats = lstatSync(target, { throwIfNoEntry: false })
  if (stats === undefined) return { kind: 'absent', what: 'is gone' }
  if (!stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink())
    return { kind: 'special', what: 'is neither a file nor a folder' }
  if (record === undefined || record.target !== target)
    return { kind: 'foreign', what: `was not written by the job in ${jobDir}` }
  const missing = record.files.find(({ path }) => !isThere(path))
  if (missing !== undefined) return { kind: 'edited', what: `lacks ${missing.path}, which was exported` }
  const changed = record.files.find(file => !matchesContent(file.path, file))
  if (changed !== undefined) return { kind: 'edited', what: describeEdit(changed) }
  const others = record.isFolder
    ? readdirSync(target).filter(name => !record.files.some(({ path }) => path === join(target, name)))
    : []
  if (others.length > 0) return { kind: 'edited', what: `holds ${others[0]}, which is no part of the export` }
  return { kind: 'unchanged', isFolder: record.isFolder }
}

function describeEdit({ path, sizeBytes }: ExportedFile): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  return size === undefined || size === sizeBytes
    ? 'was edited since it was exported'
    : `was changed since it was exported (${sizeBytes} bytes then, ${size} now)`
}
