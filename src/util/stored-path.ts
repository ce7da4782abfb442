import { isAbsolute, relative } from 'node:path'

/** A path as the ledger keeps it: relative to the job directory where it lies in it, so that a job can be moved; `resolve` undoes it. */
export function storedPath(jobDir: string, path: string): string {
  const inside = relative(jobDir, path)
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside
}
