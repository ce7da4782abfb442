import { dirname } from 'node:path'
import type { ExportRecord } from '../../../core/records.js'
import type { ExportUnit } from '../../../core/work-unit.js'
import { canonicalJson, fingerprintOf } from '../../../util/hash.js'

/** What the user's export is to be. */
export interface ExportSettings
  extends Pick<
    ExportUnit,
    'format' | 'compression' | 'shardBytes' | 'keepStats' | 'keepHashes' | 'target' | 'columns'
  > {
  /** Replace what stands at the target, whoever made it. */
  readonly overwrite: boolean
}

/** The fingerprint of an export: the finished partitions in order, and the form they take. */
export function exportFingerprint(
  { overwrite: _, target: __, ...form }: ExportSettings,
  finals: readonly string[],
): string {
  return fingerprintOf('export', canonicalJson(form), ...finals)
}

/** True for the fingerprint of just that export. Earlier versions took in where it stands, which its record says anyway. */
export function isOfExport(fingerprint: string, settings: ExportSettings, finals: readonly string[]): boolean {
  if (fingerprint === exportFingerprint(settings, finals)) return true
  const { overwrite: _, ...form } = settings
  return fingerprint === fingerprintOf('export', canonicalJson(form), ...finals)
}

/** The file or folder that is staged to take the target's name. */
export function stagedRoot({ isFolder, files }: Pick<ExportRecord, 'isFolder' | 'files'>): string {
  return isFolder ? dirname(files[0].staged) : files[0].staged
}
