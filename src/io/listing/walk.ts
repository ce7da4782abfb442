import { type BigIntStats, type Dirent, readdirSync, realpathSync, statSync } from 'node:fs'
import { sep } from 'node:path'
import { describeOpenError } from '../byte-source.js'

/** A name below a folder. */
export interface Found {
  readonly path: string
  readonly kind: PlaceKind
  /** False where the folder says that the name is no link. */
  readonly mayBeLink: boolean
}

export interface WalkOptions {
  readonly isRecursive: boolean
  readonly onHidden?: (path: string) => void
}

/**
 * What lies below a folder in name order: names are compared by code units, segment by segment, so that
 * the order is the same on every machine and in every locale. Linked folders are followed, except into
 * themselves. Hidden files and folders are reported to `onHidden` and left out.
 *
 * @throws {InputError} where a folder cannot be listed
 */
export function* walk(folder: string, options: WalkOptions, above: readonly string[] = []): Generator<Found> {
  const real = realpathSync(folder)
  if (above.includes(real)) return
  const start = folder.endsWith(sep) ? folder : folder + sep
  for (const entry of listEntries(folder)) {
    // Of a million paths, none is a tree of its parts.
    const path = [start, entry.name].join('')
    if (entry.name.startsWith('.')) {
      options.onHidden?.(path)
      continue
    }
    const kind = kindOfEntry(entry, path)
    if (kind !== 'folder') yield { path, kind, mayBeLink: !entry.isFile() }
    else if (options.isRecursive) yield* walk(path, options, [...above, real])
  }
}

function listEntries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    throw describeOpenError(folder, error)
  }
}

/** As the folder tells it, where it does: of a million files, none is looked at for this. A name that is not UTF-8 leads nowhere. */
function kindOfEntry(entry: Dirent, path: string): PlaceKind {
  if (entry.isFile() && !path.includes('\ufffd')) return 'file'
  return entry.isDirectory() && !path.includes('\ufffd') ? 'folder' : kindOfPlace(path)
}

/** What stands at a path, links followed; `absent` also where a link leads nowhere or in a circle. */
export type PlaceKind = 'file' | 'folder' | 'absent' | 'a FIFO' | 'a socket' | 'a device'

export const kindOfPlace = (path: string): PlaceKind => kindOf(lookAt(path))

/**
 * What the file system says of a path, links followed; undefined where nothing is, or a link leads nowhere or in a circle.
 *
 * @throws {InputError} where the path may not be looked at
 */
export function lookAt(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw describeOpenError(path, error)
    return undefined
  }
}

/** What a look at a place found; undefined where it found nothing. */
export function kindOf(stats: BigIntStats | undefined): PlaceKind {
  if (stats === undefined) return 'absent'
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  if (stats.isFIFO()) return 'a FIFO'
  return stats.isSocket() ? 'a socket' : 'a device'
}
