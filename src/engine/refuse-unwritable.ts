import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import { UsageError } from '../core/usage-error.js'
import { JobDirectory } from '../state/job-directory.js'
import { describeOwner } from '../util/whose.js'

/** File systems in which nothing that lasts can be made. */
const notForFiles = /^\/(proc|sys)(\/|$)/

const reasons: Readonly<Record<string, string>> = {
  EROFS: 'is on a read-only file system',
  ELOOP: 'is a link that leads to itself',
}

/**
 * Makes sure, before any work, that results can be written where they are to go: of each place the nearest folder that
 * is there. Makes no file.
 *
 * @throws {RecipeError} naming the key, the folder and what is the matter with it
 */
export function refuseUnwritable(recipe: Recipe, target: string): void {
  const why = findUnwritable([
    ['export_path', dirname(target)],
    // Where somebody else made them, folders of a job may be closed that lie in one that is open.
    ...new JobDirectory(recipe.jobDir).folders.map(folder => ['the job directory', folder] as const),
    ['checkpoint_dir', recipe.checkpoint_dir],
    ['partition_dir', recipe.partition_dir],
  ])
  if (why !== undefined) throw RecipeError.of(why)
}

/**
 * The same for a pipeline's state and the folders that its stages write to.
 *
 * @throws {UsageError} naming the folder and what is the matter with it
 */
export function refuseUnwritablePlaces(directory: JobDirectory, outputs: readonly string[]): void {
  const why = findUnwritable([
    ...directory.folders.map(folder => ['checkpointPath', folder] as const),
    ...outputs.map(folder => ['the output', folder] as const),
  ])
  if (why !== undefined) throw new UsageError(why)
}

/** What is the matter with the first place that nothing can be written to, each with what names it. */
function findUnwritable(places: readonly (readonly [string, string])[]): string | undefined {
  for (const [name, path] of places) {
    const full = resolve(path)
    if (notForFiles.test(full)) return `${name}: ${full} is no place for files: choose another`
    const reason = whyNot(nearest(full))
    if (reason !== undefined) return `${name}: ${reason}`
  }
  return undefined
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
    if (!statSync(path).isDirectory()) return `${path} is a file and no folder: choose another place`
    accessSync(path, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    const { code = '', syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    if (code === 'EACCES' || code === 'EPERM') return `${describeOwner(path, 'write')}, or choose another place`
    return `${path} ${reasons[code] ?? `cannot be used (${code})`}: choose another place`
  }
}
