import type { SourceSpec } from '../../core/pipeline-spec.js'
import type { JobDirectory } from '../../state/job-directory.js'
import { checksumOfLines, readLineFile, writeLineFile } from '../../state/line-file.js'
import type { OwnFile } from '../../state/own-file.js'
import { remove } from '../../util/remove.js'
import { SourceList } from './source-list.js'

/** The sources of a pipeline, as all processes on it have them. */
export interface PinnedSources {
  /** Tells names of this pipeline's output from those of others, where it appends. */
  readonly tag: string
  readonly sources: SourceList
}

/** As they are on record. */
export interface RecordedSources extends PinnedSources {
  /** Of the file that they stand in; undefined where that is of an earlier form, and is to be written anew. */
  readonly digest: string | undefined
}

interface Header {
  readonly pawl: 'sources'
  readonly tag: string
}

/** What job format 4 pinned, as one text. */
interface PinnedText {
  readonly tag: string
  readonly sources: readonly SourceSpec[]
}

/** Reads the sources that were pinned, with paths as they are on this host. Never throws for what stands in the file. */
export function readPinned(directory: JobDirectory): OwnFile<RecordedSources> {
  const { cutLines: path, roots } = directory
  const here = (text: string) => (roots.isEmpty ? text : JSON.stringify(roots.allHere(JSON.parse(text))))
  const found = readLineFile(path, (lines, digest) => {
    const sources = new SourceList()
    let header: Header | undefined
    for (const text of lines) {
      if (header !== undefined) sources.addLine(here(text))
      else header = JSON.parse(text) as Header
    }
    return header?.pawl === 'sources' ? { tag: header.tag, sources, digest } : undefined
  })
  if (found.kind === 'absent') return readPinnedText(directory)
  if (found.kind === 'damaged') return found
  const { content } = found
  return content === undefined ? { kind: 'damaged', reason: `${path} holds no sources` } : { kind: 'read', content }
}

/** Pins sources, with paths as they are put on record, and removes what an earlier form pinned. */
export function writePinned(directory: JobDirectory, pinned: PinnedSources, writer: string): void {
  writeLineFile(directory.cutLines, recordedLines(directory, pinned), { writer })
  remove(directory.oldCut)
}

/**
 * What tells sources from others, the same on all hosts: the digest of the file that they are pinned in.
 *
 * @param before what was on record as they were listed
 */
export function digestOfSources(
  directory: JobDirectory,
  pinned: PinnedSources,
  before: RecordedSources | undefined,
): string {
  const isSame = pinned.sources.settle()
  if (isSame && before?.digest !== undefined && before.tag === pinned.tag && directory.roots.isEmpty)
    return before.digest
  return checksumOfLines(directory.cutLines, recordedLines(directory, pinned))
}

function* recordedLines({ roots }: JobDirectory, { tag, sources }: PinnedSources): Generator<string> {
  yield JSON.stringify({ pawl: 'sources', tag } satisfies Header)
  for (const line of sources.lines()) yield roots.isEmpty ? line : JSON.stringify(roots.allRecorded(JSON.parse(line)))
}

function readPinnedText(directory: JobDirectory): OwnFile<RecordedSources> {
  const found = directory.read<PinnedText>(directory.oldCut)
  if (found.kind !== 'read') return found
  const sources = new SourceList()
  for (const source of found.content.sources) sources.add(source)
  return { kind: 'read', content: { tag: found.content.tag, sources, digest: undefined } }
}
