import type { InputFile } from '../../../core/partition.js'
import { type CutAsMade, cutOfLines, linesOfCut } from '../../../state/cut-lines.js'
import type { JobDirectory } from '../../../state/job-directory.js'
import { checkLineFile, readLineFile, writeLineFile } from '../../../state/line-file.js'
import type { OwnFile } from '../../../state/own-file.js'
import { measureFile } from '../../../util/durable-file.js'
import { canonicalJson } from '../../../util/hash.js'
import { remove } from '../../../util/remove.js'

/** The cut that a job keeps, with the settings that it was made under. */
export interface PinnedCut extends CutAsMade {
  /** The checksum of its file: the same on all hosts, and another where any of it is. */
  readonly revision: string
}

/** The cut that a job keeps, with paths as they are on this host. Never throws for what stands in its file. */
export function readPinnedCut(directory: JobDirectory): OwnFile<PinnedCut> {
  const { cutLines: path, roots } = directory
  const found = readLineFile(path, (lines, revision) => {
    const made = cutOfLines(lines, each => roots.here(each))
    return made && { ...made, revision }
  })
  if (found.kind === 'absent') return readOldCut(directory)
  if (found.kind === 'damaged') return found
  const { content } = found
  return content === undefined ? { kind: 'damaged', reason: `${path} holds no cut` } : { kind: 'read', content }
}

/** As formats before 5 have it. In the directory of a pipeline the name is that of its sources. */
function readOldCut(directory: JobDirectory): OwnFile<PinnedCut> {
  const found = directory.read<Partial<CutAsMade>>(directory.oldCut)
  if (found.kind !== 'read') return found
  const { settings, cut } = found.content
  if (settings === undefined || cut === undefined) return { kind: 'absent' }
  return { kind: 'read', content: { settings, cut, revision: measureFile(directory.oldCut).checksum } }
}

/** Which cut a job keeps; undefined where it has none that can be read. Looks at all of its file and keeps nothing of it. */
export function revisionOfPinned(directory: JobDirectory): string | undefined {
  const found = checkLineFile(directory.cutLines)
  if (found.kind === 'read') return found.content
  const old = found.kind === 'absent' ? readOldCut(directory) : found
  return old.kind === 'read' ? old.content.revision : undefined
}

/** The files of the last run, where they are known. */
export function filesOf(pinned: OwnFile<PinnedCut>): readonly InputFile[] | undefined {
  return pinned.kind === 'read' ? pinned.content.cut.files : undefined
}

/** The cut that a job pinned; one made under other settings does not count, and neither does one that was damaged: it is made again. */
export function usableCut(pinned: OwnFile<PinnedCut>, settings: unknown): PinnedCut | undefined {
  if (pinned.kind !== 'read') return undefined
  return pinned.content.settings === canonicalJson(settings) ? pinned.content : undefined
}

/**
 * Pins a cut, and removes what an earlier form pinned.
 *
 * @returns its revision
 */
export function writePinnedCut({ oldCut, cutLines, roots }: JobDirectory, made: CutAsMade, writer: string): string {
  const lines = linesOfCut(made, path => roots.recorded(path))
  const revision = writeLineFile(cutLines, lines, { writer })
  remove(oldCut)
  return revision
}
