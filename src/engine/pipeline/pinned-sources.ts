import { join } from 'node:path'
import type { SourceSpec } from '../../core/pipeline-spec.js'
import type { JobDirectory } from '../../state/job-directory.js'
import type { OwnFile } from '../../state/own-file.js'
import { LinesDigest, readOwnLines, writeOwnLines } from '../../state/own-lines.js'
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

/** Where sources are pinned. */
export function pinnedPath({ partitions }: JobDirectory): string {
  return join(partitions, 'cut.jsonl')
}

/** Reads the sources that were pinned, with paths as they are on this host. Never throws for what stands in the file. */
export function readPinned(directory: JobDirectory): OwnFile<RecordedSources> {
  const { roots } = directory
  const sources = new SourceList()
  const found = readOwnLines<Header>(pinnedPath(directory), line => {
    const text = line.toString('utf8')
    sources.addLine(roots.isEmpty ? text : JSON.stringify(roots.allHere(JSON.parse(text))))
  })
  if (found.kind === 'damaged') return found
  if (found.kind === 'absent') return readPinnedText(directory)
  return { kind: 'read', content: { tag: found.header.tag, sources, digest: found.digest } }
}

/** Pins sources, with paths as they are put on record, and removes what an earlier form pinned. */
export function writePinned(directory: JobDirectory, pinned: PinnedSources, writer: string): void {
  const lines = recordedLines(directory, pinned)
  writeOwnLines(pinnedPath(directory), { header: headerOf(pinned), lines }, writer)
  remove(directory.cut)
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
  const digest = new LinesDigest(pinnedPath(directory), headerOf(pinned))
  for (const line of recordedLines(directory, pinned)) digest.add(line)
  return digest.end()
}

function headerOf({ tag }: PinnedSources): Header {
  return { pawl: 'sources', tag }
}

function* recordedLines({ roots }: JobDirectory, { sources }: PinnedSources): Generator<string> {
  for (const line of sources.lines()) yield roots.isEmpty ? line : JSON.stringify(roots.allRecorded(JSON.parse(line)))
}

function readPinnedText(directory: JobDirectory): OwnFile<RecordedSources> {
  const found = directory.read<PinnedText>(directory.cut)
  if (found.kind !== 'read') return found
  const sources = new SourceList()
  for (const source of found.content.sources) sources.add(source)
  return { kind: 'read', content: { tag: found.content.tag, sources, digest: undefined } }
}
