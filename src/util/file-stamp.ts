import { type BigIntStats, statSync } from 'node:fs'

/** Text that changes whenever the file system says that a file's content may have: size, times, inode. */
export function stampOf(stats: BigIntStats): string {
  // Joined, it is one text; a template is kept as a tree of its parts, four times as large, and there may be millions.
  return [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino].join('-')
}

export function stampFile(path: string): string {
  return stampOf(statSync(path, { bigint: true }))
}

/** In place of a stamp where there is no file. */
export const absentStamp = 'absent'

const absentCodes: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'])

/** True for errors which say that there is no file of a name. */
export function saysAbsent(error: unknown): boolean {
  return absentCodes.has((error as NodeJS.ErrnoException | undefined)?.code)
}

/** The stamp of a file, or `absent` where there is none. */
export function stampIfThere(path: string): string {
  try {
    return stampFile(path)
  } catch (error) {
    if (saysAbsent(error)) return absentStamp
    throw error
  }
}
