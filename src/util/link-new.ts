import { linkSync, type Stats, statSync } from 'node:fs'

/**
 * Gives a file a second name, unless that name is taken. A file system over a network may lose the answer of a link that
 * it made, and say to who asks again that the name is taken: it is by this very file then.
 *
 * @returns false where another file has the name
 */
export function linkNew(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return isSame(statSync(from, { throwIfNoEntry: false }), statSync(to, { throwIfNoEntry: false }))
  }
}

function isSame(a: Stats | undefined, b: Stats | undefined): boolean {
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev
}

/** True where a file system has no hard links. */
export function hasNoLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')
}
