import { createHash } from 'node:crypto'
import { basename, relative } from 'node:path'

/** How many hexadecimal digits of the export path's digest tell jobs of one work dir apart. */
const digits = 6

/** `<stem>-<6 hex>`: the id of a job that is known by its export alone. */
export function jobIdOfExport(exportPath: string, workDir: string): string {
  const stem = basename(exportPath)
    .replace(/\.(gz|zst)$/, '')
    .replace(/\.[^.]+$/, '')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[^A-Za-z0-9_]+/, '')
  const digest = createHash('sha256').update(relative(workDir, exportPath)).digest('hex').slice(0, digits)
  return `${stem.slice(0, 100) || 'job'}-${digest}`
}
