import { basename } from 'node:path'
import type { DatasetCut, InputFile, Partition } from '../core/partition.js'
import type { Slice } from '../core/slice.js'
import { arrayOf, fingerprintOf } from '../util/hash.js'
import { Boundaries } from './boundaries.js'
import {
  type AlignToLine,
  estimateBytes,
  FileCutter,
  isReadInPieces,
  type KnownFile,
  type Stretch,
  type SurveyedFile,
} from './cut-file.js'

export interface Sizing {
  readonly partitionBytes: number
  /** An exact number of partitions, where one is wanted. */
  readonly count: number | undefined
  readonly reasons: readonly string[]
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
  { align, before }: { readonly align: AlignToLine; readonly before?: DatasetCut },
): DatasetCut {
  const earlier = before === undefined ? new Map<string, KnownFile>() : stretchesOf(before)
  const isNew = (each: SurveyedFile) => earlier.get(each.file.path) === undefined
  const countable = files.filter(each => isNew(each) && !isReadInPieces(each, sizing.partitionBytes))
  const total = countable.reduce((sum, each) => sum + estimateBytes(each), 0)
  const bytes = sizing.count === undefined ? sizing.partitionBytes : Math.max(1, total / sizing.count)
  const cutter = new FileCutter(new Boundaries(bytes, sizing.count), sizing.partitionBytes, align)
  const stretches = files.flatMap(each => {
    const known = earlier.get(each.file.path)
    return known === undefined ? cutter.cut(each) : cutter.recut(each, known)
  })
  return {
    files: files.map(({ file }) => file),
    partitions: group(stretches, before),
    partitionBytes: sizing.partitionBytes,
    reasons: sizing.reasons,
  }
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

/**
 * Stretches of one tag are a partition, also where a new file came between them in the order of the files: who else
 * is there decides nothing about a partition.
 */
function group(stretches: readonly Stretch[], before: DatasetCut | undefined): Partition[] {
  const known = new Map(before?.partitions.map(({ key, slices }) => [key, slices]))
  const groups = new Map<string, Stretch[]>()
  for (const [index, stretch] of stretches.entries()) {
    const tag = stretch.kind === 'plain' ? stretch.tag : `alone ${index}`
    const members = groups.get(tag)
    if (members === undefined) groups.set(tag, [stretch])
    else members.push(stretch)
  }
  const isKept = (tag: string, members: readonly Stretch[]) => {
    const slices = known.get(tag)
    return slices?.length === members.length && slices.every((slice, index) => isSamePlace(slice, members[index].slice))
  }
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

function isSamePlace(a: Slice, b: Slice): boolean {
  return a === b || placeOf(a) === placeOf(b)
}

/** How its columns are read is no part of where a slice lies. */
function placeOf({ path, format, compression, cut }: Slice): string {
  return JSON.stringify({ path, format, compression, cut })
}

function* placesOf(slices: readonly Slice[]): Generator<string> {
  for (const slice of slices) yield placeOf(slice)
}

/** A readable name that two partitions never share. */
function keyOf(slices: readonly Slice[], taken: ReadonlySet<string>): string {
  const stem = basename(slices[0].path)
    .replace(/\..*$/, '')
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 24)
  const places = () => placesOf(slices)
  const key = (...salt: string[]) =>
    `${stem || 'part'}-${fingerprintOf('slices', arrayOf(places), ...salt).slice(0, 12)}`
  // Where one that was moved away has it, whatever came to its place is another one.
  return taken.has(key()) ? key('again') : key()
}
