import { basename } from 'node:path'
import type { DatasetCut, InputFile, Partition } from '../core/partition.js'
import type { Slice, Survey } from '../core/slice.js'
import { fingerprintOf } from '../util/hash.js'

/** A file with what it offers for cutting. */
export interface SurveyedFile {
  readonly file: InputFile
  readonly survey: Survey
}

/** Finds the line end at or after an offset; all that cutting reads of a file. */
export type AlignToLine = (path: string, offset: number, sizeBytes: number) => number

export interface Sizing {
  readonly partitionBytes: number
  /** An exact number of partitions, where one is wanted. */
  readonly count: number | undefined
  readonly reasons: readonly string[]
}

/** A stretch of a file that lies whole in one partition; stretches with equal tags share it. */
interface Stretch {
  readonly slice: Slice
  readonly bytes: number
  readonly tag: string
  readonly kind: Partition['kind']
}

/** Compressed text grows by about this much. */
const expansion = 4
/** A file that cannot be cut is read in pieces when it holds more than this many partitions. */
const piecesFrom = 1.5

/** How much JSON text a file holds, about. */
export function estimateBytes({ file, survey }: SurveyedFile): number {
  if (survey.kind === 'bytes') return survey.sizeBytes
  if (survey.kind === 'groups') return survey.groups.reduce((sum, group) => sum + group.sizeBytes, 0)
  return survey.sizeBytes * (file.compression === 'none' ? 1 : expansion)
}

/**
 * Divides files into partitions of about `partitionBytes`, or into exactly `count` where they can be cut
 * that finely: large files are cut, small ones grouped, in the order of the files. What an earlier cut
 * says of an unchanged file is kept to the byte; in a file that grew or shrank, the cuts that still stand
 * at line ends are kept. New files make new partitions, and known ones stay together as they were.
 */
export function cutDataset(
  files: readonly SurveyedFile[],
  sizing: Sizing,
  align: AlignToLine,
  before?: DatasetCut,
): DatasetCut {
  const earlier = before === undefined ? new Map<string, KnownFile>() : stretchesOf(before)
  const isNew = (each: SurveyedFile) => earlier.get(each.file.path) === undefined
  const countable = files.filter(each => isNew(each) && !isReadInPieces(each, sizing.partitionBytes))
  const total = countable.reduce((sum, each) => sum + estimateBytes(each), 0)
  const bytes = sizing.count === undefined ? sizing.partitionBytes : Math.max(1, total / sizing.count)
  const rule = new Boundaries(bytes, sizing.count)
  const stretches = files.flatMap(each => {
    const known = earlier.get(each.file.path)
    return known === undefined
      ? cutFile(each, sizing.partitionBytes, rule, align)
      : recutFile(each, known, sizing.partitionBytes, rule, align)
  })
  return {
    files: files.map(({ file }) => file),
    partitions: group(stretches, before),
    partitionBytes: sizing.partitionBytes,
    reasons: sizing.reasons,
  }
}

/** Where, along the bytes of all files one after another, partitions begin. */
class Boundaries {
  #position = 0
  #number = 0

  constructor(
    readonly bytes: number,
    readonly count: number | undefined,
  ) {}

  get tag(): string {
    return `new ${this.#number}`
  }

  /** Bytes from here to the next boundary. */
  get room(): number {
    const isLast = this.count !== undefined && this.#number >= this.count - 1
    return isLast ? Number.POSITIVE_INFINITY : Math.max(0, Math.round((this.#number + 1) * this.bytes) - this.#position)
  }

  take(bytes: number): void {
    this.#position += bytes
  }

  /** Begins the partition that the position lies in. */
  next(): void {
    this.#number++
  }
}

function isReadInPieces(each: SurveyedFile, partitionBytes: number): boolean {
  return (
    each.survey.kind === 'whole' && each.file.format !== 'text' && estimateBytes(each) > partitionBytes * piecesFrom
  )
}

function cutFile(each: SurveyedFile, partitionBytes: number, rule: Boundaries, align: AlignToLine): Stretch[] {
  const { file, survey } = each
  if (survey.kind === 'bytes') return cutBytes(file, 0, survey.sizeBytes, rule, align)
  if (survey.kind === 'groups') return cutGroups(file, survey.groups, rule)
  const slice = sliceOf(file, { kind: 'whole' })
  if (isReadInPieces(each, partitionBytes))
    return [{ slice, bytes: estimateBytes(each), tag: `pieces ${file.path}`, kind: 'pieces' }]
  return [{ slice, bytes: estimateBytes(each), tag: tagForWhole(estimateBytes(each), rule), kind: 'plain' }]
}

function cutBytes(file: InputFile, from: number, to: number, rule: Boundaries, align: AlignToLine): Stretch[] {
  const stretches: Stretch[] = []
  let start = from
  while (start < to) {
    const room = rule.room
    const end = room >= to - start ? to : align(file.path, start + room, to)
    if (end > start) {
      const slice = sliceOf(file, { kind: 'bytes', start, end })
      stretches.push({ slice, bytes: end - start, tag: rule.tag, kind: 'plain' })
      rule.take(end - start)
    }
    if (rule.room === 0) rule.next()
    start = end
  }
  return stretches
}

function cutGroups(file: InputFile, groups: readonly { readonly sizeBytes: number }[], rule: Boundaries): Stretch[] {
  const stretches: Stretch[] = []
  for (const [index, { sizeBytes }] of groups.entries()) {
    const tag = tagForWhole(sizeBytes, rule)
    const last = stretches.at(-1)
    if (last?.tag === tag && last.slice.cut.kind === 'groups') {
      stretches[stretches.length - 1] = {
        ...last,
        bytes: last.bytes + sizeBytes,
        slice: sliceOf(file, { ...last.slice.cut, end: index + 1 }),
      }
    } else
      stretches.push({
        slice: sliceOf(file, { kind: 'groups', start: index, end: index + 1 }),
        bytes: sizeBytes,
        tag,
        kind: 'plain',
      })
  }
  return stretches
}

/** The partition of something that cannot be cut: the one in which its greater part lies. */
function tagForWhole(bytes: number, rule: Boundaries): string {
  while (rule.room < bytes / 2) rule.next()
  const { tag } = rule
  rule.take(bytes)
  while (rule.room === 0) rule.next()
  return tag
}

function recutFile(
  each: SurveyedFile,
  known: { readonly file: InputFile; readonly stretches: readonly Stretch[] },
  partitionBytes: number,
  rule: Boundaries,
  align: AlignToLine,
): Stretch[] {
  const { file, survey } = each
  if (file.stamp === known.file.stamp) return [...known.stretches]
  const last = known.stretches.at(-1)
  if (survey.kind !== 'bytes' || last?.slice.cut.kind !== 'bytes') {
    const isAlike = survey.kind === 'whole' && known.stretches.length === 1 && last?.slice.cut.kind === 'whole'
    return isAlike ? [...known.stretches] : cutFile(each, partitionBytes, rule, align)
  }
  const kept: Stretch[] = []
  let start = 0
  for (const stretch of known.stretches) {
    const { cut } = stretch.slice
    if (cut.kind !== 'bytes' || start >= survey.sizeBytes) break
    const end = cut.end >= survey.sizeBytes ? survey.sizeBytes : align(file.path, cut.end, survey.sizeBytes)
    if (end > start) kept.push({ ...stretch, slice: sliceOf(file, { kind: 'bytes', start, end }), bytes: end - start })
    start = end
  }
  return [...kept, ...cutBytes(file, start, survey.sizeBytes, rule, align)]
}

interface KnownFile {
  readonly file: InputFile
  readonly stretches: Stretch[]
}

function stretchesOf({ files, partitions }: DatasetCut): Map<string, KnownFile> {
  const found = new Map(files.map(file => [file.path, { file, stretches: [] as Stretch[] }]))
  for (const { key, slices, kind } of partitions)
    for (const slice of slices) {
      const known = found.get(slice.path)
      known?.stretches.push({ slice, bytes: bytesOf(slice, known.file), tag: key, kind })
    }
  return found
}

function bytesOf({ cut }: Slice, file: InputFile): number {
  return cut.kind === 'bytes' ? cut.end - cut.start : file.sizeBytes
}

function sliceOf({ path, format, compression }: InputFile, cut: Slice['cut']): Slice {
  return { path, format, compression, cut }
}

/**
 * Stretches of one tag are a partition, also where a new file came between them in the order of the files: who else
 * is there decides nothing about a partition.
 */
function group(stretches: readonly Stretch[], before: DatasetCut | undefined): Partition[] {
  const known = new Map(before?.partitions.map(({ key, slices }) => [key, placesOf(slices)]))
  const groups = new Map<string, Stretch[]>()
  for (const [index, stretch] of stretches.entries()) {
    const tag = stretch.kind === 'plain' ? stretch.tag : `alone ${index}`
    const members = groups.get(tag)
    if (members === undefined) groups.set(tag, [stretch])
    else members.push(stretch)
  }
  const isKept = (tag: string, members: readonly Stretch[]) =>
    known.get(tag) === placesOf(members.map(({ slice }) => slice))
  const kept = new Set([...groups].filter(([tag, members]) => isKept(tag, members)).map(([tag]) => tag))
  return [...groups].map(([tag, members]) => {
    const slices = members.map(({ slice }) => slice)
    return {
      // A partition that is what it was keeps its name, also where it was moved since that was given.
      key: kept.has(tag) ? tag : keyOf(slices, kept),
      slices,
      estimatedBytes: members.reduce((sum, { bytes }) => sum + bytes, 0),
      kind: members[0].kind,
    }
  })
}

/** How its columns are read is no part of where a slice lies. */
function placesOf(slices: readonly Slice[]): string {
  return JSON.stringify(slices.map(({ path, format, compression, cut }) => ({ path, format, compression, cut })))
}

/** A readable name that two partitions never share. */
function keyOf(slices: readonly Slice[], taken: ReadonlySet<string>): string {
  const stem = basename(slices[0].path)
    .replace(/\..*$/, '')
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 24)
  const key = (...salt: string[]) =>
    `${stem || 'part'}-${fingerprintOf('slices', placesOf(slices), ...salt).slice(0, 12)}`
  // Where one that was moved away has it, whatever came to its place is another one.
  return taken.has(key()) ? key('again') : key()
}
