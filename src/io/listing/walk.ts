import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { describeOpenError } from '../byte-source.js'

/**
 * The files below a folder in name order: names are compared by code units, segment by segment, so that
 * the order is the same on every machine and in every locale. Linked folders are followed, except into
 * themselves. Hidden files and folders are reported to `onHidden` and left out.
 *
 * @throws {InputError} where a folder cannot be listed
 */
export function* walk(
  folder: string,
  isRecursive: boolean,
  onHidden: (path: string) => void,
  above: readonly string[] = [],
): Generator<string> {
  const real = realpathSync(folder)
  if (above.includes(real)) return
  for (const name of listNames(folder)) {
    const path = join(folder, name)
    if (name.startsWith('.')) onHidden(path)
    else if (!isFolder(path)) yield path
    else if (isRecursive) yield* walk(path, isRecursive, onHidden, [...above, real])
  }
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    throw describeOpenError(folder, error)
  }
}

export function isFolder(path: string): boolean {
  return kindOfPlace(path) === 'folder'
}

/** What stands at a path, links followed; `absent` also where a link leads nowhere or in a circle. */
export type PlaceKind = 'file' | 'folder' | 'absent' | 'a FIFO' | 'a socket' | 'a device'

/** @throws {InputError} where the path may not be looked at */
export function kindOfPlace(path: string): PlaceKind {
  let stats: Stats | undefined
  try {
    stats = statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw describeOpenError(path, error)
  }
  if (stats === undefined) return 'absent'
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  if (stats.isFIFO()) return 'a FIFO'
  return stats.isSocket() ? 'a socket' : 'a device'
}
