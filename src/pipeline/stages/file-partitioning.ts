import { statSync } from 'node:fs'
import { basename, relative, sep } from 'node:path'
import { z } from 'zod'
import { formatOfName } from '../../io/listing/formats.js'
import { alignToLine } from '../../io/open-reader.js'
import { defineStage, type OptionsOf } from '../define-stage.js'
import { eachFileUnder } from '../folder-pair/list-files.js'
import { ownModule } from '../parts.js'
import { type EmptyTask, FileGroupTask, type FileRange } from '../task.js'
import { countLines } from './count-lines.js'

const count = z.int().min(1)

/** Options by which files become sources; readers take them, too. */
export const partitioningOptions = {
  filePaths: z.union([z.string(), z.array(z.string()).min(1)]).describe('Files, or folders of them.'),
  filesPerPartition: count.optional().describe('Files that are read as one source. Default: 1.'),
  blocksize: count.optional().describe('In place of filesPerPartition: files are taken together up to so many bytes.'),
  fileExtensions: z.array(z.string()).optional().describe('Takes only files with these suffixes.'),
  recurse: z.boolean().default(true).describe('Looks into folders in folders.'),
  limit: count.optional().describe('Takes the first so many sources only.'),
  bytesPerSource: count
    .optional()
    .describe('Cuts each JSONL file into sources of about so many bytes, so that a long one makes progress.'),
  linesPerSource: count
    .optional()
    .describe('Cuts each file of lines into sources of so many lines, compressed ones too.'),
} as const

type Options = OptionsOf<typeof partitioningOptions>

/** Which files become sources, and how. */
export interface PartitioningOptions {
  /** Files, or folders of them. */
  readonly filePaths: string | readonly string[]
  /** Files that are read as one source. Default: 1. */
  readonly filesPerPartition?: number
  /** In place of `filesPerPartition`: files are taken together up to so many bytes. */
  readonly blocksize?: number
  /** Takes only files with these suffixes. */
  readonly fileExtensions?: readonly string[]
  /** Looks into folders in folders. Default: true. */
  readonly recurse?: boolean
  /** Takes the first so many sources only. */
  readonly limit?: number
  /** Cuts each JSONL file into sources of about so many bytes. */
  readonly bytesPerSource?: number
  /** Cuts each file of lines into sources of so many lines, compressed ones too. */
  readonly linesPerSource?: number
}

/**
 * Lists files and makes sources of them: groups of files, or parts of single ones. Groups that earlier runs made stay
 * together, whatever files come or go; new files make new groups.
 */
export const FilePartitioningStage = defineStage({
  module: ownModule,
  name: 'FilePartitioningStage',
  options: partitioningOptions,
  gives: ['FileGroupTask'],
  isSource: true,
  create: options => ({
    process: (_: EmptyTask, context): Iterable<FileGroupTask> | Promise<readonly FileGroupTask[]> =>
      takesSingleFiles(options) && context.hasGroups === false
        ? singleFiles(options)
        : partition(options, context.known),
  }),
})

/** True where each file is a source, in the order in which they are listed, unless some were taken together before. */
function takesSingleFiles({
  filePaths,
  filesPerPartition = 1,
  blocksize,
  bytesPerSource,
  linesPerSource,
}: Options): boolean {
  const isOneRoot = typeof filePaths === 'string' || filePaths.length === 1
  return isOneRoot && filesPerPartition === 1 && (blocksize ?? bytesPerSource ?? linesPerSource) === undefined
}

/** One at a time: of millions of files none is held. */
function* singleFiles(options: Options): Generator<FileGroupTask> {
  let left = options.limit ?? Number.POSITIVE_INFINITY
  for (const { path, place } of listFiles(options)) {
    if (left-- <= 0) return
    yield new FileGroupTask([path], { places: [place] })
  }
}

async function partition(options: Options, known: readonly FileGroupTask[]): Promise<readonly FileGroupTask[]> {
  const listed = [...listFiles(options)]
  const files = listed.map(({ path }) => path)
  const places = new Map(listed.map(({ path, place }) => [path, place]))
  const parts =
    options.bytesPerSource === undefined && options.linesPerSource === undefined
      ? groupFiles(files, known, options)
      : await cutFiles(files, known, options)
  const sources = parts.map(
    ({ paths, range }) => new FileGroupTask(paths, { range, places: paths.map(path => places.get(path) ?? path) }),
  )
  return options.limit === undefined ? sources : sources.slice(0, options.limit)
}

/** What a source is to be. */
interface SourcePart {
  readonly paths: readonly string[]
  readonly range?: FileRange
}

/** A file is known by its path in the one folder that was given; where several were given, by its path as it is. */
function* listFiles({
  filePaths,
  fileExtensions,
  recurse,
}: Options): Generator<{ readonly path: string; readonly place: string }> {
  const given = typeof filePaths === 'string' ? [filePaths] : filePaths
  for (const root of given) {
    const listing = { recurseSubdirectories: recurse, keepExtensions: fileExtensions }
    for (const path of eachFileUnder(root, listing))
      yield { path, place: given.length === 1 ? placeIn(root, path) : path }
  }
}

/** Paths of what is listed begin as the root does, unless that is written in a roundabout way. */
function placeIn(root: string, path: string): string {
  const start = root.endsWith(sep) ? root : root + sep
  return (path.startsWith(start) ? path.slice(start.length) : relative(root, path)) || basename(path)
}

/** Groups in the order of their first files. */
function groupFiles(files: readonly string[], known: readonly FileGroupTask[], options: Options): SourcePart[] {
  const missing = new Map<string, number>()
  for (const file of files) missing.set(file, (missing.get(file) ?? 0) + 1)
  const take = (file: string): boolean => {
    const left = missing.get(file) ?? 0
    if (left > 0) missing.set(file, left - 1)
    return left > 0
  }
  const kept = known.filter(({ range }) => range === undefined).map(({ data }) => data.filter(take))
  const added = files.filter(take)
  const { blocksize, filesPerPartition = 1 } = options
  const groups = kept.concat(blocksize === undefined ? bySize(added, filesPerPartition) : byBytes(added, blocksize))
  const order = new Map(files.map((file, index) => [file, index]))
  const firstOf = (group: readonly string[]) =>
    group.reduce((first, file) => Math.min(first, order.get(file) ?? 0), Infinity)
  return groups
    .filter(group => group.length > 0)
    .map(paths => ({ paths, at: firstOf(paths) }))
    .sort((a, b) => a.at - b.at)
    .map(({ paths }) => ({ paths }))
}

function bySize(files: readonly string[], size: number): string[][] {
  const groups: string[][] = []
  for (let at = 0; at < files.length; at += size) groups.push(files.slice(at, at + size))
  return groups
}

function byBytes(files: readonly string[], most: number): string[][] {
  const groups: string[][] = []
  let bytes = 0
  for (const file of files) {
    const { size } = statSync(file)
    const last = groups.at(-1)
    if (last === undefined || bytes + size > most) {
      groups.push([file])
      bytes = size
    } else {
      last.push(file)
      bytes += size
    }
  }
  return groups
}

/** A part that an earlier run made stays as it is as long as its file reaches that far; what the file has grown by makes new ones. */
async function cutFiles(
  files: readonly string[],
  known: readonly FileGroupTask[],
  options: Options,
): Promise<SourcePart[]> {
  const parts: SourcePart[] = []
  for (const file of new Set(files)) {
    const before = known.flatMap(({ data, range }) => (data[0] === file && range !== undefined ? [range] : []))
    for (const range of await rangesOf(file, before, options)) parts.push({ paths: [file], range })
  }
  return parts
}

async function rangesOf(file: string, before: readonly FileRange[], options: Options): Promise<readonly FileRange[]> {
  const format = formatOfName(file)
  const isPlain = format?.format === 'jsonl' && format.compression === 'none'
  if (options.linesPerSource !== undefined) return byLines(file, before, options.linesPerSource)
  if (!isPlain)
    throw new TypeError(`${file}: bytesPerSource cuts uncompressed JSONL files; linesPerSource cuts compressed ones`)
  return byByteRanges(file, before, options.bytesPerSource ?? 1)
}

function byByteRanges(file: string, before: readonly FileRange[], size: number): FileRange[] {
  const total = statSync(file).size
  const ranges = keptRanges(before, 'bytes', total)
  let start = ranges.at(-1)?.end ?? 0
  while (start < total || (total === 0 && ranges.length === 0)) {
    const end = alignToLine(file, Math.min(total, start + size), total)
    ranges.push({ kind: 'bytes', start, end })
    if (end <= start) break
    start = end
  }
  return ranges
}

async function byLines(file: string, before: readonly FileRange[], size: number): Promise<FileRange[]> {
  const total = await countLines(file)
  const ranges = keptRanges(before, 'lines', total)
  for (let start = ranges.at(-1)?.end ?? 0; start < total || ranges.length === 0; start += size) {
    ranges.push({ kind: 'lines', start, end: Math.min(total, start + size) })
    if (total === 0) break
  }
  return ranges
}

/** Of ranges that follow each other from the start on those that the file still reaches. */
function keptRanges(before: readonly FileRange[], kind: FileRange['kind'], total: number): FileRange[] {
  const kept: FileRange[] = []
  for (const range of [...before].sort((a, b) => a.start - b.start)) {
    if (range.kind !== kind || range.start !== (kept.at(-1)?.end ?? 0) || range.end > total) break
    kept.push(range)
  }
  return kept
}
