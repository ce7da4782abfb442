import { accessSync, type BigIntStats, constants } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import type { InputFile } from '../core/partition.js'
import { stampOf } from '../util/file-stamp.js'
import { describeOpenError } from './byte-source.js'
import { InputError } from './input-error.js'
import { refuseWrongKind } from './listing/content-kind.js'
import { type FileFormat, formatOfName, hasSuffix, knownSuffixes } from './listing/formats.js'
import type { WeightedPath } from './listing/parse-dataset-path.js'
import { SeenFiles } from './listing/seen-files.js'
import { sniffJson } from './listing/sniff-json.js'
import { type Found, kindOf, kindOfPlace, lookAt, walk } from './listing/walk.js'

export { parseDatasetPath, type WeightedPath } from './listing/parse-dataset-path.js'

export interface ListOptions {
  /** What relative paths start from; the current folder where absent. */
  readonly cwd?: string
  /** Takes only files with these suffixes; one that tells no format is read as plain text. */
  readonly suffixes?: readonly string[]
  /** Looks into sub-folders too; true where absent. */
  readonly recursive?: boolean
  /** Whether two names of one file are two inputs; otherwise they are refused. */
  readonly duplicates?: 'refuse' | 'keep'
  /** Files as they were the last time: one that is as it was is not looked into again. */
  readonly known?: readonly InputFile[]
}

export interface IgnoredFile {
  readonly path: string
  /** What it is one of, such as "hidden". */
  readonly kind: string
}

export interface InputListing {
  readonly files: readonly InputFile[]
  /** Paths of those that may be links; all others are none. */
  readonly links: ReadonlySet<string>
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
  const links = new Set<string>()
  const seen = new SeenFiles()
  const known = new Map(options.known?.map(file => [file.path, file]))
  for (const source of paths) {
    const { path: written, weight: share } = typeof source === 'string' ? { path: source, weight: 1 } : source
    if (!(share > 0 && share <= 1))
      throw new InputError('bad_dataset_path', `${written}: its weight ${share} is not above 0 and at most 1`, {
        path: written,
      })
    for (const found of findFiles(written, options, ignored)) {
      const stats = regularFile(found.path)
      if (found.mayBeLink) links.add(found.path)
      const earlier = seen.add(found.path, stats)
      if (earlier !== undefined && (options.duplicates !== 'keep' || earlier === found.path))
        throw listedTwice(found.path, earlier)
      const before = asKnown(known.get(found.path), { found, stats, share })
      files.push(before ?? (await describeFile(found, stats, share)))
    }
  }
  return { files, links, ignored: [...ignored].map(([path, kind]) => ({ path, kind })) }
}

interface FoundFile extends FileFormat {
  readonly path: string
  readonly mayBeLink: boolean
}

interface Look {
  readonly found: FoundFile
  readonly stats: BigIntStats
  readonly share: number
}

/** A file that is as it was the last time, without a look at what it holds. */
function asKnown(before: InputFile | undefined, { found, stats, share }: Look): InputFile | undefined {
  if (before === undefined || before.stamp !== stampOf(stats) || before.compression !== found.compression)
    return undefined
  // Which of the two a `.json` file is, it was asked the last time.
  const isAlike = before.format === found.format || (found.format === 'json' && before.format === 'jsonl')
  if (!isAlike) return undefined
  return before.share === share ? before : { ...before, share }
}

function listedTwice(path: string, earlier: string): InputError {
  const names = path === earlier ? path : `${path} is the same file as ${earlier} and`
  return new InputError(
    'listed_twice',
    `${names} is listed twice; its samples would count double: name it once${path === earlier ? '' : ', or say duplicates: keep to take it as two inputs'}`,
    { path },
  )
}

function findFiles(written: string, options: ListOptions, ignored: Map<string, string>): FoundFile[] {
  const path = resolve(options.cwd ?? '.', written)
  const kind = kindOfPlace(path)
  if (kind === 'folder') return filesOfFolder(path, options, ignored)
  if (kind !== 'absent') return [namedFile(path, options)]
  if (picomatch.scan(written).isGlob) return filesOfPattern(path, options, ignored)
  throw new InputError('missing', `${path} does not exist; check dataset_path${hubHint(written)}`, { path })
}

/** A name such as `owner/name` may be meant as a dataset of the Hugging Face hub, as Data-Juicer takes it. */
function hubHint(written: string): string {
  if (!/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(written) || formatOfName(written) !== undefined) return ''
  return `. If it is a dataset of the Hugging Face hub, fetch it first: hf download --repo-type dataset ${written} --local-dir ${written}`
}

function namedFile(path: string, { suffixes }: ListOptions): FoundFile {
  const format = formatOfName(path) ?? (suffixes && hasSuffix(path, suffixes) ? plainText : undefined)
  if (format !== undefined) return { path, mayBeLink: true, ...format }
  throw new InputError(
    'unknown_format',
    `${path}: its suffix tells no format; rename it to one of ${knownSuffixes}, or name its suffix in suffixes to read it as plain text`,
    { path },
  )
}

const plainText: FileFormat = { format: 'text', compression: 'none' }

function filesOfFolder(folder: string, options: ListOptions, ignored: Map<string, string>): FoundFile[] {
  const onHidden = (path: string) => ignored.set(path, 'hidden')
  const files = choose(walk(folder, { isRecursive: options.recursive ?? true, onHidden }), options, ignored)
  if (files.length > 0) return files
  throw new InputError('no_files', `${folder} holds no file that can be read; wanted are ${wanted(options)}`, {
    path: folder,
  })
}

function filesOfPattern(pattern: string, options: ListOptions, ignored: Map<string, string>): FoundFile[] {
  const { base, glob } = picomatch.scan(pattern)
  const folder = base === '' ? sep : base
  const matches = picomatch(glob)
  const found: Found[] = []
  if (kindOfPlace(folder) === 'folder') {
    const isDeep = glob.includes('/') || glob.includes('**')
    for (const each of walk(folder, { isRecursive: isDeep })) if (matches(relative(folder, each.path))) found.push(each)
  }
  const files = choose(found, options, ignored)
  if (files.length > 0) return files
  const what = found.length === 0 ? 'matches no file' : 'matches no file that can be read'
  throw new InputError('no_files', `${pattern} ${what}; wanted are ${wanted(options)}`, { path: pattern })
}

function wanted({ suffixes }: ListOptions): string {
  return suffixes === undefined ? knownSuffixes : `the suffixes ${suffixes.join(', ')}`
}

/** The files that are data; the others are noted as ignored. */
function choose(places: Iterable<Found>, { suffixes }: ListOptions, ignored: Map<string, string>): FoundFile[] {
  const found: FoundFile[] = []
  for (const { path, kind, mayBeLink } of places) {
    if (kind === 'absent') {
      ignored.set(path, path.includes('\ufffd') ? 'whose names are not UTF-8' : 'links that lead nowhere')
      continue
    }
    const format = formatOfName(path)
    if (suffixes !== undefined) {
      if (hasSuffix(path, suffixes)) found.push({ path, mayBeLink, ...(format ?? plainText) })
      else ignored.set(path, 'of other suffixes than those wanted')
    } else if (format === undefined) ignored.set(path, 'whose suffix tells no known format')
    else found.push({ path, mayBeLink, ...format })
  }
  if (suffixes !== undefined) return found
  return leaveAside(leaveAside(found, metadata, ignored), textBeside, ignored)
}

/** A kind of files that stand beside data. */
interface Beside {
  readonly what: string
  readonly isBeside: (file: FoundFile) => boolean
}

const metadata: Beside = { what: 'metadata that other tools keep beside data', isBeside: isMetadata }

const textBeside: Beside = {
  what: 'plain text beside data files (name the suffix in suffixes to read it)',
  isBeside: file => file.format === 'text',
}

/** Files of a kind count only where there are no others. */
function leaveAside(
  files: readonly FoundFile[],
  { what, isBeside }: Beside,
  ignored: Map<string, string>,
): FoundFile[] {
  const others = files.filter(file => !isBeside(file))
  if (others.length === 0 || others.length === files.length) return [...files]
  for (const file of files) if (isBeside(file)) ignored.set(file.path, what)
  return others
}

const metadataPath =
  /(^|\/)((_delta_log|_spark_metadata|_temporary)(\/|$)|(dataset_infos?\.json|dataset_dict\.json|state\.json)$)/

/** What `save_to_disk` of Hugging Face datasets, Delta Lake and Spark keep beside their data. */
function isMetadata({ path }: FoundFile): boolean {
  return metadataPath.test(path)
}

/** @throws {InputError} for what can be read only once, as it cannot be cut, digested or resumed */
function regularFile(path: string): BigIntStats {
  const stats = lookAt(path)
  const kind = kindOf(stats)
  if (stats !== undefined && kind === 'file') return stats
  if (kind === 'absent')
    throw new InputError('missing', `${path} does not exist: the link leads nowhere; check dataset_path`, { path })
  throw new InputError(
    'special_file',
    `${path} is ${kind}, which can be read only once; write what it gives to a file and name that`,
    { path },
  )
}

async function describeFile(
  { path, format, compression }: FoundFile,
  stats: BigIntStats,
  share: number,
): Promise<InputFile> {
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    throw describeOpenError(path, error)
  }
  refuseWrongKind(path, { format, compression })
  return {
    path,
    format: format === 'json' ? await sniffJson(path, compression) : format,
    compression,
    sizeBytes: Number(stats.size),
    stamp: stampOf(stats),
    share,
  }
}
