import { realpathSync } from 'node:fs'
import { sep } from 'node:path'
import { UsageError } from '../../core/usage-error.js'
import { realPath } from '../../util/real-path.js'

/** Folders that are remembered: files come folder by folder. */
const mostFolders = 1_000

/**
 * Makes sure that a pipeline does not read what it writes.
 *
 * @param folders those that the pipeline writes to
 * @returns what is asked of each file that is a source's; it throws a UsageError where that lies in one of the folders
 */
export function refusalOfOwnOutput(folders: readonly string[]): (path: string) => void {
  const written = folders.map(folder => `${realPath(folder)}${sep}`)
  const seen = new Map<string, string | undefined>()
  return path => {
    const folder = path.slice(0, path.lastIndexOf(sep))
    if (!seen.has(folder)) {
      if (seen.size >= mostFolders) seen.clear()
      const real = `${realpathSync(folder === '' ? sep : folder)}${sep}`
      seen.set(
        folder,
        written.find(prefix => real.startsWith(prefix)),
      )
    }
    const own = seen.get(folder)
    if (own !== undefined)
      throw new UsageError(
        `${path} lies in ${own.slice(0, -1)}, which this pipeline writes to, so that it would read its own output: write somewhere else`,
      )
  }
}
