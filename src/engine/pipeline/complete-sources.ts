import { shareWork } from '../../execution/coordinator/scheduler/share-work.js'
import { JobFailure } from '../../execution/protocol/job-failure.js'
import { Lease } from '../../state/lease.js'
import { takeAwayStaging } from '../../state/take-over.js'
import { decideAll } from './decisions.js'
import type { PipelineContext } from './pipeline-context.js'
import { removeStale } from './place-outputs.js'
import type { SourceWork } from './source-work.js'

/** Decisions that are made again in one run, beyond one for each source. */
const mostSetbacks = 10

/**
 * Sees to it that all sources are complete or have failed, by this process or another, and that nothing stays of those that are
 * gone.
 *
 * @throws {JobFailure} where files are damaged again and again
 * @throws {JobLeft} where the rest is left to others
 */
export async function completeSources(context: PipelineContext, works: readonly SourceWork[]): Promise<void> {
  const { team } = context
  let setbacks = 0
  for (;;) {
    team.look()
    const pass = await onePass(context, works)
    if (pass === 'complete') break
    if (pass === 'again' && ++setbacks > works.length + mostSetbacks)
      throw new JobFailure(
        'damaged_again',
        `files of ${context.directory.path} are damaged again and again: check the disk that they are on`,
      )
    if (pass === 'waiting') await team.wait()
  }
  await collect(context)
  clearLate(context)
}

/** A worker whose process was killed may have staged something more before it noticed. */
function clearLate({ job, team, directory, ledger, pipeline }: PipelineContext): void {
  const { hands } = team.settings
  takeAwayStaging({
    writer: job.writer,
    isGone: writer => hands.stateOf(writer) !== 'living',
    own: [directory.checkpoints, directory.quarantine],
    shared: pipeline.outputs.map(({ folder }) => folder),
    writers: ledger.index.writers,
  })
}

/** One look over all sources: up to each barrier, which then decides, and on to the end. */
async function onePass(
  context: PipelineContext,
  works: readonly SourceWork[],
): Promise<'complete' | 'waiting' | 'again'> {
  if (works.every(work => work.isDone())) return 'complete'
  for (const [range, { signs }] of context.pipeline.ranges.entries()) {
    if (signs === undefined) continue
    const parts = works.map(work => work.upTo(range))
    if ((await shareWork(context, `sign${signs}`, parts)) === 'waiting') return 'waiting'
    // A barrier needs all: where one source failed, the others stay where they are.
    if (works.some(work => work.hasFailed() && work.books.signedAt(range) === undefined)) return 'complete'
    const decision = await decideAll(context, works, range)
    if (decision !== 'decided') return decision === 'held' ? 'waiting' : 'again'
  }
  const pass = await shareWork(context, 'source', works)
  return context.decisions.takeLoss() ? 'again' : pass
}

/** Files of sources that are gone go, too; one process at a time sees to that. */
async function collect(context: PipelineContext): Promise<void> {
  const gone = [...context.manifest.sources()].filter(source => !context.pinned.sources.has(source))
  const stale = gone.flatMap(source => context.manifest.of(source) ?? [])
  if (stale.length === 0) return
  const { directory, job, ledger, manifest } = context
  const claim = await Lease.claim({
    folder: directory.leases,
    name: 'collect',
    writer: job.writer,
    signal: context.signal,
  })
  if (claim.kind === 'held') return
  try {
    for (const { source } of stale) manifest.forget(source)
    for (const { files } of stale) removeStale(context, files)
    await ledger.withdraw(stale)
  } finally {
    claim.lease.release()
  }
}
