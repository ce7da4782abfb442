import { randomBytes } from 'node:crypto'
import { renameSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { listIfThere, remove, removeFolder } from './remove.js'

/** Files under construction begin with this; nobody reads them. */
const prefix = '.pawl-tmp-'

/**
 * Names a process that writes, for as long as its names may lie anywhere: host and pid for people, and a random
 * part, since containers repeat both. Holds no dot.
 */
export function newWriter(): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 40)
  return `${host}-${process.pid}-${randomBytes(4).toString('hex')}`
}

/** Where a file is put together: `.pawl-tmp-<writer>.<random>.<purpose>`, a name that no other attempt has. */
export function stagingPath(folder: string, writer: string, purpose: string): string {
  return join(folder, `${prefix}${writer}.${randomBytes(4).toString('hex')}.${purpose}`)
}

/** As `stagingPath`, the same for all processes that work for a writer. */
export function stagedFolder(folder: string, writer: string, purpose: string): string {
  return join(folder, `${prefix}${writer}.00000000.${purpose.replace(/[^\w.-]/g, '_')}`)
}

/** The writer of a temporary name; undefined for all other names. */
export function writerOf(name: string): string | undefined {
  return /^\.pawl-tmp-([A-Za-z0-9_-]+-\d+-[0-9a-f]{8})\.[0-9a-f]{8}\./.exec(name)?.[1]
}

/** Removes the temporaries in a folder that writers who are gone left there, as `isGone` says. */
export function clearStaging(folder: string, isGone: (writer: string, name: string) => boolean): void {
  for (const name of listIfThere(folder)) {
    const writer = writerOf(name)
    if (writer !== undefined && isGone(writer, name)) discardStaged(join(folder, name))
  }
}

/** Removes a temporary file, or a temporary folder with the plain files that were put together in it. */
export function discardStaged(path: string): void {
  if (!remove(path)) removeFolder(path, () => true)
}

/**
 * Takes a temporary away from a writer that may wake up: what it would rename is no longer there.
 *
 * @returns the new name, or undefined where there was nothing to take
 */
export function takeStaged(path: string, taker: string): string | undefined {
  const at = path.lastIndexOf('/') + 1
  const purpose = path.slice(at).replace(/^\.pawl-tmp-[A-Za-z0-9_-]+\.[0-9a-f]{8}\./, '')
  const taken = stagingPath(path.slice(0, at), taker, purpose)
  try {
    renameSync(path, taken)
    return taken
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
