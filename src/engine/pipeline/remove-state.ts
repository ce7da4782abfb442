import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { JobDirectory } from '../../state/job-directory.js'
import { listIfThere, remove } from '../../util/remove.js'

const ours: readonly (readonly [keyof JobDirectory, RegExp])[] = [
  ['checkpoints', /^[0-9a-f]{16}\.stage\d+-\d+\.[0-9a-f]{8}\.spool(\.damaged-[0-9a-f]{8})?$/],
  ['partitions', /^cut\.jsonl?$/],
  ['ledger', /\.segment$/],
  ['leases', /\.\d+$/],
  ['epochs', /^\d+$/],
  ['claims', /^\d+\..+\.\d+$/],
  ['winners', /^\d+\.[0-9a-z]+\.\d+$/],
  ['operators', /^[0-9a-f]{12}(-[0-9a-f]{12})?\.mjs$/],
  ['status', /\.json$/],
  ['logs', /^(job_\d{8}_\d{6}_\d{3}|worker-\d+)\.txt$/],
  ['metadata', /^(format|pipeline\.json|exports\.json|roots\.json|shards\.json)$/],
  ['path', /^(job_summary\.json|events_\d{8}_\d{6}_\d{3}\.jsonl(\.\d+)?)$/],
]

/**
 * Removes the state of a pipeline that is complete, name by name, where nothing of it is worth keeping.
 *
 * @returns false where documents are in quarantine, or anything else lies there: then all of it stays
 */
export function removeState(directory: JobDirectory): boolean {
  if (listIfThere(directory.quarantine).length > 0) return false
  for (const [folder, isOurs] of ours) {
    const path = directory[folder] as string
    for (const name of listIfThere(path)) if (isOurs.test(name)) remove(join(path, name))
  }
  for (const folder of [...directory.folders].reverse()) if (existsSync(folder)) remove(folder)
  remove(dirname(directory.path))
  return !existsSync(directory.path)
}
