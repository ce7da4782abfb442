import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../core/usage-error.js'
import { InputError } from '../../io/input-error.js'
import { compareNaturally } from './natural-order.js'

/** What `getAllFilePathsUnder` may be told. */
export interface ListFilesOptions {
  /** Looks into folders in the folder, too; default: true. */
  readonly recurseSubdirectories?: boolean
  /** Takes only files whose names end in one of these, such as `jsonl` or `.jsonl.gz`; upper or lower case. Default: all. */
  readonly keepExtensions?: string | readonly string[]
}

/**
 * Lists the files under a folder (NeMo Curator's get_all_file_paths_under): in natural order, so that part-2 comes
 * before part-10, without hidden ones. Paths begin as `path` does.
 *
 * @param path a folder, or one file
 * @param options which files are taken
 * @returns their paths
 * @throws {InputError} where it does not exist or cannot be listed
 * @throws {UsageError} where it names a place that is no folder of this machine, such as `s3://…`
 * @example
 * import { getAllFilePathsUnder } from 'pawl'
 *
 * const files = getAllFilePathsUnder('.', { recurseSubdirectories: false, keepExtensions: ['jsonl', 'jsonl.gz'] })
 * console.log(files.length)
 */
export function getAllFilePathsUnder(path: string, options: ListFilesOptions = {}): string[] {
  return [...eachFileUnder(path, options)]
}

/** As `getAllFilePathsUnder`, one at a time: holds the names of one folder, and of those above it. */
export function* eachFileUnder(path: string, options: ListFilesOptions = {}): Generator<string> {
  const { recurseSubdirectories = true, keepExtensions } = options
  refuseRemote(path)
  const keeps = extensionTest(keepExtensions)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined)
    throw new InputError('missing', `${path} does not exist: name a folder, or a file, that is there`, { path })
  if (!stats.isDirectory()) {
    if (keeps(path)) yield path
    return
  }
  yield* walkFolder(path, { isDeep: recurseSubdirectories, keeps, above: [] })
}

interface Walk {
  readonly isDeep: boolean
  readonly keeps: (path: string) => boolean
  /** Real paths of the folders above, into which no link is followed. */
  readonly above: readonly string[]
}

function* walkFolder(folder: string, { isDeep, keeps, above }: Walk): Generator<string> {
  const real = realpathSync(folder)
  if (above.includes(real)) return
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name)
    const kind = entry.isSymbolicLink()
      ? kindBehind(path)
      : entry.isDirectory()
        ? 'folder'
        : entry.isFile()
          ? 'file'
          : 'other'
    if (kind === 'folder' && isDeep) yield* walkFolder(path, { isDeep, keeps, above: [...above, real] })
    if (kind === 'file' && keeps(entry.name)) yield path
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => compareNaturally(a.name, b.name))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new InputError('not_permitted', `${folder} may not be listed (${message}): ask for the right to read it`, {
      path: folder,
    })
  }
}

function kindBehind(link: string): 'folder' | 'file' | 'other' {
  try {
    const stats = statSync(link, { throwIfNoEntry: false })
    return stats?.isDirectory() ? 'folder' : stats?.isFile() ? 'file' : 'other'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error
    return 'other'
  }
}

function extensionTest(extensions: ListFilesOptions['keepExtensions']): (name: string) => boolean {
  if (extensions === undefined) return () => true
  const wanted = (typeof extensions === 'string' ? [extensions] : extensions).map(
    one => `.${one.replace(/^\./, '').toLowerCase()}`,
  )
  return name => wanted.some(suffix => name.toLowerCase().endsWith(suffix))
}

function refuseRemote(path: string): void {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(path)?.[1]
  if (scheme !== undefined)
    throw new UsageError(`${path}: ${scheme}:// is not read yet; mount it as a folder, or fetch it, and name that`)
}
