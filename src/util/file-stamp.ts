import { type BigIntStats, statSync } from 'node:fs'

/** Text that changes whenever the file system says that a file's content may have: size, times, inode. */
export function stampOf(stats: BigIntStats): string {
  return `${stats.size}-${stats.mtimeNs}-${stats.ctimeNs}-${stats.ino}`
}

export function stampFile(path: string): string {
  return stampOf(statSync(path, { bigint: true }))
}
