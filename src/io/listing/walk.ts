import { readdirSync, realpathSync, statSync } from 'node:fs'
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
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
