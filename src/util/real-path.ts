import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** Where a path leads to; of one that is not there yet, where its nearest folder that is there does. */
export function realPath(path: string): string {
  const full = resolve(path)
  try {
    return realpathSync(full)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    const parent = dirname(full)
    return parent === full ? full : join(realPath(parent), basename(full))
  }
}
