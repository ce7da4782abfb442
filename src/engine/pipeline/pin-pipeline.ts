import { existsSync } from 'node:fs'
import { JobFailure } from '../../execution/protocol/job-failure.js'
import { type EpochNote, openEpoch } from '../../state/epochs.js'
import type { JobDirectory } from '../../state/job-directory.js'
import { jobFormat } from '../../state/job-format.js'
import { LeaseLost } from '../../state/lease.js'
import { moveAside } from '../../state/move-aside.js'
import { writeOwnFile } from '../../state/own-file.js'
import type { RecordedRoots } from '../../state/recorded-roots.js'
import { canonicalJson, fingerprintOf } from '../../util/hash.js'
import { version } from '../version.js'
import { asSeenHere } from './list-sources.js'
import { digestOfSources, type PinnedSources, type RecordedSources, readPinned, writePinned } from './pinned-sources.js'
import type { PipelineSession } from './pipeline-session.js'
import type { PipelinePlan } from './plan-pipeline.js'
import { describePipeline } from './recorded-pipeline.js'

/** What all processes on a pipeline have to agree on. */
export function epochKeyOf({ name, links, outputs, ranges }: PipelinePlan, { roots }: JobDirectory): string {
  const { icu, unicode, zlib } = process.versions
  const form = roots.allRecorded(outputs.map(({ folder, mode }) => [folder, mode]))
  const cuts = ranges.map(({ from }) => from)
  return fingerprintOf(
    'pipeline',
    name,
    ...links,
    canonicalJson({ form, cuts, jobFormat, version, icu, unicode, zlib }),
  )
}

/** What is pinned for the next epoch, beside the plan. */
interface Pinning {
  readonly pinned: PinnedSources
  /** What an earlier run pinned. */
  readonly before: RecordedSources | undefined
  readonly roots: RecordedRoots
}

/**
 * Puts on record what all processes of the next epoch go by, and opens it.
 *
 * @throws {LeaseLost} where another process opened one at the same moment
 */
export function pin(session: PipelineSession, plan: PipelinePlan, { pinned, before, roots }: Pinning): EpochNote {
  const { directory, writer, held, opening } = session
  const cut = digestOfSources(directory, pinned, before)
  writeOwnFile(directory.rootsFile, roots, writer)
  if (cut !== before?.digest || !existsSync(directory.cutLines)) writePinned(directory, pinned, writer)
  directory.write(directory.pipeline, describePipeline(plan), writer)
  const note = { key: opening.holding.key, cut, writer, version }
  const floor = held.ledger.index.segments.reduce((most, { fence }) => Math.max(most, fence), 0)
  const epoch = openEpoch(directory.epochs, note, floor)
  if (epoch === undefined) throw new LeaseLost('another process began the pipeline at the same moment')
  return epoch
}

/**
 * The sources that the processes of an epoch work on.
 *
 * @throws {JobFailure} where they are not what stands on record
 */
export function pinnedSourcesOf(directory: JobDirectory, epoch: EpochNote): PinnedSources {
  const pinned = readPinned(directory)
  if (pinned.kind !== 'read' || pinned.content.digest !== epoch.cut)
    throw new JobFailure(
      'cut_lost',
      `${directory.cutLines} does not hold the sources that the processes on this pipeline work on, so that this one cannot join them: wait until they are done, or stop them, then run it again`,
    )
  const { tag, sources } = pinned.content
  return { tag, sources: directory.roots.isEmpty ? sources : asSeenHere(sources) }
}

/** Gives pinned sources that are not as they were written another name, and tells of it: they are listed anew. */
export function setPinnedAside(session: PipelineSession, reason: string): void {
  const path = session.directory.cutLines
  const aside = moveAside(path)
  if (aside === undefined) return
  session.emit({ event_type: 'record_damaged', path, reason: `${reason}: it was moved to ${aside} and is made again` })
}
