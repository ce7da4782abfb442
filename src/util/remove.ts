import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Removes a file, a link, or a folder that is empty. Nothing else in this program removes anything: callers name
 * what they made themselves, one name at a time, and a folder goes only once nothing is left in it.
 *
 * @returns false where it is a folder that still holds something; that stays, with all that is in it
 */
export function remove(path: string): boolean {
  try {
    if (lstatSync(path).isDirectory()) rmdirSync(path)
    else unlinkSync(path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return true
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes a folder that this program made, with those of its entries that `isOurs` knows by name.
 *
 * @returns false where anything else lies in it; that stays, and so does the folder
 */
export function removeFolder(folder: string, isOurs: (name: string) => boolean): boolean {
  for (const name of listIfThere(folder)) if (isOurs(name)) remove(join(folder, name))
  return remove(folder)
}

/** The names in a folder; none where there is no such folder. */
export function listIfThere(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
