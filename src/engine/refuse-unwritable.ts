import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'

/** File systems in which nothing that lasts can be made. */
const notForFiles = /^\/(proc|sys)(\/|$)/

const reasons: Readonly<Record<string, string>> = {
  EROFS: 'is on a read-only file system',
  EACCES: 'may not be written to by this user',
  EPERM: 'may not be written to by this user',
  ELOOP: 'is a link that leads to itself',
}

/**
 * Makes sure, before any work, that results can be written where they are to go: of each place the nearest folder that
 * is there. Makes no file.
 *
 * @throws {RecipeError} naming the key, the folder and what is the matter with it
 */
export function refuseUnwritable(recipe: Recipe, target: string): void {
  const places = {
    export_path: dirname(target),
    'the job directory': recipe.jobDir,
    checkpoint_dir: recipe.checkpoint_dir,
    partition_dir: recipe.partition_dir,
  }
  for (const [name, path] of Object.entries(places)) {
    const full = resolve(path)
    if (notForFiles.test(full)) throw RecipeError.of(`${name}: ${full} is no place for files: choose another`)
    const reason = whyNot(nearest(full))
    if (reason !== undefined) throw RecipeError.of(`${name}: ${nearest(full)} ${reason}: choose another place`)
  }
}

/** The path itself, or what of it is there already. */
function nearest(path: string): string {
  const parent = dirname(path)
  return isThere(path) || parent === path ? path : nearest(parent)
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR') return false
    if (code === 'EACCES' || code === 'ELOOP') return true
    throw error
  }
}

function whyNot(path: string): string | undefined {
  try {
    if (!statSync(path).isDirectory()) return 'is a file and no folder'
    accessSync(path, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    const { code = '', syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    return reasons[code] ?? `cannot be used (${code})`
  }
}
