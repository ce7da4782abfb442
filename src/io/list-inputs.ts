import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import type { InputFile } from '../core/partition.js'
import { stampOf } from '../util/file-stamp.js'
import { describeOpenError } from './byte-source.js'
import { InputError } from './input-error.js'
import { type FileFormat, formatOfName, hasSuffix, knownSuffixes } from './listing/formats.js'
import type { WeightedPath } from './listing/parse-dataset-path.js'
import { sniffJson } from './listing/sniff-json.js'
import { isFolder, kindOfPlace, walk } from './listing/walk.js'

export { parseDatasetPath, type WeightedPath } from './listing/parse-dataset-path.js'

export interface ListOptions {
  /** What relative paths start from; the current folder where absent. */
  readonly cwd?: string
  /** Takes only files with these suffixes; one that tells no format is read as plain text. */
  readonly suffixes?: readonly string[]
  /** Looks into sub-folders too; true where absent. */
  readonly recursive?: boolean
}

export interface IgnoredFile {
  readonly path: string
  readonly reason: string
}

export interface InputListing {
  readonly files: readonly InputFile[]
  readonly ignored: readonly IgnoredFile[]
}

/**
 * Lists the files that paths stand for. A path is a file, a folder, or a pattern (`*`, `**`, `?`, `[…]`,
 * `{…}`; a file of that very name goes first). Files come in the order of the paths, those of a folder or
 * pattern in name order (see `walk`). Formats follow from suffixes; a `.json` file is looked into, since
 * it may hold an array or lines. In a folder, plain text files count only where it holds no files of other
 * formats or `suffixes` names them: a README beside the data is no sample.
 *
 * A weight is the share of a file's samples to take, above 0 and at most 1.
 *
 * @throws {InputError} where a path is missing, gives no file, or gives a file a second time
 */
export async function listInputs(
  paths: readonly (string | WeightedPath)[],
  options: ListOptions = {},
): Promise<InputListing> {
  const files: InputFile[] = []
  const ignored = new Map<string, string>()
  const seen = new Map<string, string>()
  for (const source of paths) {
    const { path: written, weight: share } = typeof source === 'string' ? { path: source, weight: 1 } : source
    if (!(share > 0 && share <= 1))
      throw new InputError('bad_dataset_path', written, `${written}: its weight ${share} is not above 0 and at most 1`)
    for (const found of findFiles(written, options, ignored)) {
      refuseSpecial(found.path)
      const real = realpathSync(found.path)
      const earlier = seen.get(real)
      if (earlier !== undefined) throw listedTwice(found.path, earlier)
      seen.set(real, found.path)
      files.push(await describeFile(found, share))
    }
  }
  return { files, ignored: [...ignored].map(([path, reason]) => ({ path, reason })) }
}

interface FoundFile extends FileFormat {
  readonly path: string
}

function listedTwice(path: string, earlier: string): InputError {
  const names = path === earlier ? path : `${path} is the same file as ${earlier} and`
  return new InputError('listed_twice', path, `${names} is listed twice; its samples would count double: name it once`)
}

function findFiles(written: string, options: ListOptions, ignored: Map<string, string>): FoundFile[] {
  const path = resolve(options.cwd ?? '.', written)
  const kind = kindOfPlace(path)
  if (kind === 'folder') return filesOfFolder(path, options, ignored)
  if (kind !== 'absent') return [namedFile(path, options)]
  if (picomatch.scan(written).isGlob) return filesOfPattern(path, options, ignored)
  throw new InputError('missing', path, `${path} does not exist; check dataset_path`)
}

function namedFile(path: string, { suffixes }: ListOptions): FoundFile {
  const format = formatOfName(path) ?? (suffixes && hasSuffix(path, suffixes) ? plainText : undefined)
  if (format !== undefined) return { path, ...format }
  throw new InputError(
    'unknown_format',
    path,
    `${path}: its suffix tells no format; rename it to one of ${knownSuffixes}, or name its suffix in suffixes to read it as plain text`,
  )
}

const plainText: FileFormat = { format: 'text', compression: 'none' }

function filesOfFolder(folder: string, options: ListOptions, ignored: Map<string, string>): FoundFile[] {
  const onHidden = (path: string) => ignored.set(path, 'hidden')
  const files = choose(walk(folder, options.recursive ?? true, onHidden), options, ignored)
  if (files.length > 0) return files
  throw new InputError('no_files', folder, `${folder} holds no file that can be read; wanted are ${wanted(options)}`)
}

function filesOfPattern(pattern: string, options: ListOptions, ignored: Map<string, string>): FoundFile[] {
  const { base, glob } = picomatch.scan(pattern)
  const folder = base === '' ? sep : base
  const matches = picomatch(glob)
  const found: string[] = []
  if (isFolder(folder)) {
    const isDeep = glob.includes('/') || glob.includes('**')
    for (const path of walk(folder, isDeep, () => {})) if (matches(relative(folder, path))) found.push(path)
  }
  const files = choose(found, options, ignored)
  if (files.length > 0) return files
  const what = found.length === 0 ? 'matches no file' : 'matches no file that can be read'
  throw new InputError('no_files', pattern, `${pattern} ${what}; wanted are ${wanted(options)}`)
}

function wanted({ suffixes }: ListOptions): string {
  return suffixes === undefined ? knownSuffixes : `the suffixes ${suffixes.join(', ')}`
}

/** The files that are data; the others are noted as ignored. */
function choose(paths: Iterable<string>, { suffixes }: ListOptions, ignored: Map<string, string>): FoundFile[] {
  const found: FoundFile[] = []
  for (const path of paths) {
    const format = formatOfName(path)
    if (suffixes !== undefined) {
      if (hasSuffix(path, suffixes)) found.push({ path, ...(format ?? plainText) })
      else ignored.set(path, 'not among the wanted suffixes')
    } else if (format === undefined) ignored.set(path, 'its suffix tells no known format')
    else found.push({ path, ...format })
  }
  const isText = (file: FoundFile) => file.format === 'text'
  if (suffixes !== undefined || found.every(isText)) return found
  for (const file of found)
    if (isText(file)) ignored.set(file.path, 'plain text beside data files; name its suffix in suffixes to read it')
  return found.filter(file => !isText(file))
}

/** What can be read only once cannot be cut, digested or resumed. */
function refuseSpecial(path: string): void {
  const kind = kindOfPlace(path)
  if (kind === 'file') return
  if (kind === 'absent')
    throw new InputError('missing', path, `${path} does not exist: the link leads nowhere; check dataset_path`)
  throw new InputError(
    'special_file',
    path,
    `${path} is ${kind}, which can be read only once; write what it gives to a file and name that`,
  )
}

async function describeFile({ path, format, compression }: FoundFile, share: number): Promise<InputFile> {
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    throw describeOpenError(path, error)
  }
  const stats = statSync(path, { bigint: true })
  return {
    path,
    format: format === 'json' ? await sniffJson(path, compression) : format,
    compression,
    sizeBytes: Number(stats.size),
    stamp: stampOf(stats),
    share,
  }
}
