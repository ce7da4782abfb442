import { statSync } from 'node:fs'
import { dirname } from 'node:path'

/** What somebody wants of a place. */
export type Wish = 'read' | 'write'

const wishes = {
  read: { may: 'may not look there', allow: 'chmod g+rX' },
  write: { may: 'may not write there', allow: 'chmod g+w' },
} as const

/** Whose a place is, and what this user would need there; of one that is not seen, its nearest folder that is. */
export function describeOwner(path: string, wish: Wish): string {
  for (let place = path; ; place = dirname(place)) {
    const stats = lookAt(place)
    if (stats === undefined && dirname(place) !== place) continue
    if (stats === undefined) return path
    const { uid, gid, mode } = stats
    const { may, allow } = wishes[wish]
    return `${place} belongs to user ${uid}, group ${gid} (mode ${(mode & 0o777).toString(8)}), and this user ${may}: ask its owner, or have the group allowed to (${allow})`
  }
}

function lookAt(path: string): { readonly uid: number; readonly gid: number; readonly mode: number } | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** The calls that need the right to write to what holds a name. */
const writing = new Set(['link', 'mkdir', 'rename', 'unlink', 'rmdir', 'symlink', 'mkdtemp'])

/** What a call that was refused for want of a right wanted, and of which place; a new file is a matter of its folder. */
export function describeRefusal({ syscall, path = '' }: { readonly syscall?: string; readonly path?: string }): string {
  if (writing.has(syscall ?? '')) return describeOwner(dirname(path), 'write')
  const isThere = lookAt(path) !== undefined
  if (syscall === 'open' && !isThere) return describeOwner(dirname(path), 'write')
  return describeOwner(path, syscall === 'open' || syscall === 'scandir' || syscall === 'stat' ? 'read' : 'write')
}
