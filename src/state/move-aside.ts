import { randomBytes } from 'node:crypto'
import { renameSync } from 'node:fs'

/**
 * Gives a file of the job's own that is not as it was written another name: nobody reads it, and it is there to be looked at.
 *
 * @returns the name; undefined where there is no such file
 */
export function moveAside(path: string): string | undefined {
  const aside = `${path}.damaged-${randomBytes(4).toString('hex')}`
  try {
    renameSync(path, aside)
    return aside
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
