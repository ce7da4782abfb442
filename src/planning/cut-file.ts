import type { InputFile, Partition } from '../core/partition.js'
import type { Slice, Survey } from '../core/slice.js'
import type { Boundaries } from './boundaries.js'

/** A file with what it offers for cutting. */
export interface SurveyedFile {
  readonly file: InputFile
  readonly survey: Survey
}

/** Finds the line end at or after an offset; all that cutting reads of a file. */
export type AlignToLine = (path: string, offset: number, sizeBytes: number) => number

/** A stretch of a file that lies whole in one partition; stretches with equal tags share it. */
export interface Stretch {
  readonly slice: Slice
  readonly bytes: number
  readonly tag: string
  readonly kind: Partition['kind']
}

/** A file as an earlier cut has it. */
export interface KnownFile {
  readonly file: InputFile
  readonly stretches: Stretch[]
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

/** True of a file that cannot be cut and holds more than one partition should. */
export function isReadInPieces(each: SurveyedFile, partitionBytes: number): boolean {
  return (
    each.survey.kind === 'whole' && each.file.format !== 'text' && estimateBytes(each) > partitionBytes * piecesFrom
  )
}

/** Cuts files, one after another, where the boundaries between partitions fall. */
export class FileCutter {
  constructor(
    readonly rule: Boundaries,
    readonly partitionBytes: number,
    readonly align: AlignToLine,
  ) {}

  cut(each: SurveyedFile): Stretch[] {
    const { file, survey } = each
    if (survey.kind === 'bytes') return this.#cutBytes(file, 0, survey.sizeBytes)
    if (survey.kind === 'groups') return this.#cutGroups(file, survey.groups)
    const slice = sliceOf(file, { kind: 'whole' })
    if (isReadInPieces(each, this.partitionBytes))
      return [{ slice, bytes: estimateBytes(each), tag: `pieces ${file.path}`, kind: 'pieces' }]
    return [{ slice, bytes: estimateBytes(each), tag: this.#tagForWhole(estimateBytes(each)), kind: 'plain' }]
  }

  /** A file that was cut before: cuts that still stand are kept. */
  recut(each: SurveyedFile, known: KnownFile): Stretch[] {
    const { file, survey } = each
    if (file.stamp === known.file.stamp) return [...known.stretches]
    const last = known.stretches.at(-1)
    if (survey.kind !== 'bytes' || last?.slice.cut.kind !== 'bytes') {
      const isAlike = survey.kind === 'whole' && known.stretches.length === 1 && last?.slice.cut.kind === 'whole'
      return isAlike ? [...known.stretches] : this.cut(each)
    }
    const kept: Stretch[] = []
    let start = 0
    for (const stretch of known.stretches) {
      const { cut } = stretch.slice
      if (cut.kind !== 'bytes' || start >= survey.sizeBytes) break
      const end = cut.end >= survey.sizeBytes ? survey.sizeBytes : this.align(file.path, cut.end, survey.sizeBytes)
      if (end > start)
        kept.push({ ...stretch, slice: sliceOf(file, { kind: 'bytes', start, end }), bytes: end - start })
      start = end
    }
    return [...kept, ...this.#cutBytes(file, start, survey.sizeBytes)]
  }

  #cutBytes(file: InputFile, from: number, to: number): Stretch[] {
    const { rule } = this
    const stretches: Stretch[] = []
    let start = from
    while (start < to) {
      const room = rule.room
      const end = room >= to - start ? to : this.align(file.path, start + room, to)
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

  #cutGroups(file: InputFile, groups: readonly { readonly sizeBytes: number }[]): Stretch[] {
    const stretches: Stretch[] = []
    for (const [index, { sizeBytes }] of groups.entries()) {
      const tag = this.#tagForWhole(sizeBytes)
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
  #tagForWhole(bytes: number): string {
    const { rule } = this
    while (rule.room < bytes / 2) rule.next()
    const { tag } = rule
    rule.take(bytes)
    while (rule.room === 0) rule.next()
    return tag
  }
}

function sliceOf({ path, format, compression }: InputFile, cut: Slice['cut']): Slice {
  return { path, format, compression, cut }
}
