import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import { version } from '../engine/version.js'
import type { JobView } from '../jobs/job-view.js'
import { isRunning } from '../jobs/list-jobs.js'
import { Hands } from '../state/hands.js'
import { JobDirectory } from '../state/job-directory.js'
import { JobLockedError } from '../state/job-locked.js'
import { Lease } from '../state/lease.js'
import { Ledger } from '../state/ledger.js'
import { LedgerIndex } from '../state/ledger-index.js'
import { takeAwayStaging } from '../state/take-over.js'
import { listIfThere, remove } from '../util/remove.js'
import { newWriter } from '../util/staging.js'

export interface CleanOptions {
  /** Only says what would go. */
  readonly isDryRun: boolean
  /** Also of a job that is not complete, which then starts over. */
  readonly isForced: boolean
  /** Takes a holder that cannot be asked for dead at once, instead of watching it for as long as a lease takes to expire. */
  readonly assumesDead: boolean
}

/** What went, or would go. */
export interface Cleaned {
  readonly files: number
  readonly bytes: number
}

const damagedName = /\.damaged-[0-9a-f]{8}$/

/**
 * Removes the checkpoints of a job that is complete, and what was set aside as damaged. What was decided and where the
 * export is stay on record: a rerun still knows that there is nothing to do.
 *
 * @throws {UsageError} where the job is not complete, or runs
 * @throws {JobLockedError} where a process turns out to hold it
 */
export async function cleanJob(view: JobView, { isDryRun, isForced, assumesDead }: CleanOptions): Promise<Cleaned> {
  const { jobDir, state } = view
  if (isRunning(view)) throw new UsageError(`${jobDir} is ${state}: stop it first (pawl stop ${jobDir})`)
  if (state !== 'completed' && !isForced)
    throw new UsageError(
      `${jobDir} is ${state}: its checkpoints are what it goes on from; with --incomplete they go all the same`,
    )
  const directory = new JobDirectory(jobDir)
  if (isDryRun) {
    const index = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
    const paths = doomed(directory, index)
    index.close()
    return measure(paths)
  }
  return holding(directory, assumesDead, async ledger => {
    const paths = doomed(directory, ledger.index)
    const cleaned = measure(paths)
    await ledger.withdraw([...ledger.all('point')])
    for (const path of paths) remove(path)
    return cleaned
  })
}

/** Files that the ledger names, and damaged ones that were moved aside, in the job's own folders. */
function doomed(directory: JobDirectory, index: LedgerIndex): string[] {
  const named = [...index.all('point'), ...index.all('signature')].map(({ file }) => resolve(directory.path, file.path))
  const damaged = [directory.checkpoints, directory.quarantine].flatMap(folder =>
    listIfThere(folder)
      .filter(name => damagedName.test(name))
      .map(name => join(folder, name)),
  )
  return [...new Set([...named, ...damaged])]
}

function measure(paths: readonly string[]): Cleaned {
  const sizes = paths.flatMap(path => statSync(path, { throwIfNoEntry: false })?.size ?? [])
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

async function holding<T>(
  directory: JobDirectory,
  assumesDead: boolean,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const writer = newWriter()
  const before = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  const above = before.segments.reduce((most, { fence }) => Math.max(most, fence), 0)
  before.close()
  const timing = assumesDead ? { timing: { beatMs: 2_000, expiryMs: 1 } } : {}
  const claim = await Lease.claim({ folder: directory.leases, name: 'coordinator', writer, above, ...timing })
  if (claim.kind === 'held') throw new JobLockedError(directory.path, claim.by, 'it is about to take it up')
  const { lease } = claim
  try {
    const hands = new Hands(directory.leases, writer)
    const living = assumesDead ? undefined : await hands.findLiving({})
    if (living !== undefined)
      throw new JobLockedError(directory.path, hands.holderOf(living), 'checkpoints go only where nobody is at work')
    takeAwayStaging({ writer, isGone: () => true, own: directory.folders, shared: [] })
    hands.clear()
    const { ledger: folder, exports: mirror, roots } = directory
    const ledger = await Ledger.open({
      roots,
      folder,
      mirror,
      writer,
      version,
      fence: lease.fence,
      isAlone: true,
      guard: () => lease.check(),
    })
    try {
      return await work(ledger)
    } finally {
      await ledger.close()
    }
  } finally {
    lease.release()
  }
}
