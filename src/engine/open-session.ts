import { randomBytes } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ExportSettings, stagedRoot } from '../execution/export/export-form.js'
import { JobStopped } from '../execution/scheduler/run-context.js'
import { currentEpoch, type EpochNote } from '../state/epochs.js'
import { Hands } from '../state/hands.js'
import type { JobDirectory } from '../state/job-directory.js'
import { writeFormat } from '../state/job-format.js'
import { JobLockedError } from '../state/job-locked.js'
import { Lease, type LeaseHolder } from '../state/lease.js'
import { Ledger } from '../state/ledger.js'
import { readOwnFile } from '../state/own-file.js'
import { takeAwayStaging } from '../state/take-over.js'
import { makeFolderDurably } from '../util/durable-file.js'
import { describeDifference } from './epoch-key.js'
import type { ExaminedJob } from './examine-job.js'
import type { OpenRecipe } from './open-recipe.js'
import type { MeteredOptions } from './run-options.js'
import { version } from './version.js'

/** The state of a job in the hands of this process, alone or together with others. */
export interface HeldState {
  /** This process's own lease on the job. */
  readonly lease: Lease
  readonly hands: Hands
  readonly ledger: Ledger
  /** The epoch that others are in, where this process joins them. */
  readonly joined: EpochNote | undefined
  /** The right to open the next epoch, where nobody else is at work: to be released once that is done. */
  readonly opening: Lease | undefined
  /** What was found damaged and is to be told once there is somebody to tell. */
  readonly damages: readonly { readonly path: string; readonly reason: string }[]
}

export interface Holding {
  readonly writer: string
  readonly directory: JobDirectory
  readonly examined: ExaminedJob
  readonly exporting: ExportSettings
  /** What all processes on the job have to agree on. */
  readonly key: string
}

/** The folders in which a job stages files: those of its own, and those beside its exports, where others may stage, too. */
export function stagingFolders(
  { recipe }: OpenRecipe,
  { directory, examined, exporting }: Pick<Holding, 'directory' | 'examined' | 'exporting'>,
): { readonly own: readonly string[]; readonly shared: readonly string[] } {
  const own = [...directory.folders, recipe.checkpoint_dir, recipe.partition_dir, recipe.event_log_dir]
  const exports = [...examined.ledger.exports()].map(({ target }) => dirname(target))
  return { own: [...new Set(own)], shared: [...new Set([...exports, dirname(exporting.target)])] }
}

/**
 * Makes the job directory and enters the job: joins those that are at work on it, or, where nobody lives, takes away
 * what earlier processes could still rename, and then reads the state: in this order, so that nobody who wakes up
 * changes what has been read.
 *
 * @throws {JobLockedError} where others are at work on it with another recipe
 */
export async function holdState(open: OpenRecipe, holding: Holding, options: MeteredOptions): Promise<HeldState> {
  const { recipe } = open
  const { directory, writer, examined } = holding
  directory.make()
  for (const folder of [recipe.checkpoint_dir, recipe.partition_dir]) makeFolderDurably(folder)
  const opening = await claimOpening(holding, options)
  try {
    const hands = new Hands(directory.leases, writer)
    const living = await watch(() => hands.findLiving({ onWait: tellWait(options), signal: options.signal }), options)
    const joined = living === undefined ? undefined : epochToJoin(open, holding, hands.holderOf(living))
    if (joined === undefined) {
      const { own, shared } = stagingFolders(open, holding)
      const staged = new Set([...examined.ledger.exports()].filter(({ state }) => state === 'intent').map(stagedRoot))
      takeAwayStaging({ writer, isGone: () => true, own, shared, writers: examined.ledger.writers, kept: staged })
      hands.clear()
    }
    examined.ledger.close()
    if (!examined.hasFormat) writeFormat(directory.metadata, version, writer)
    const damages = joined === undefined ? setDamagedAside(directory) : []
    const lease = await hands.join()
    const { ledger: folder, exports: mirror } = directory
    const ledger = await Ledger.open({
      ...{ folder, mirror, writer, version },
      fence: joined?.number ?? opening.fence,
      isAlone: joined === undefined,
      guard: () => lease.check(),
    })
    for (const reason of ledger.index.damages) damages.push({ path: folder, reason })
    if (joined !== undefined) opening.release()
    return { lease, hands, ledger, joined, opening: joined === undefined ? opening : undefined, damages }
  } catch (error) {
    opening.release()
    throw error
  }
}

function epochToJoin(open: OpenRecipe, { directory, key }: Holding, by: LeaseHolder | undefined): EpochNote {
  const epoch = currentEpoch(directory.epochs)
  if (epoch?.key === key) return epoch
  const difference = describeDifference(open.recipe, directory)
  const why = `this recipe differs from its (${difference}), so that it cannot join; the same recipe could, and another --job_id begins a job beside it`
  throw new JobLockedError(directory.path, by, why)
}

/** One process at a time enters; who is about to is waited for. */
async function claimOpening({ writer, directory, examined }: Holding, options: MeteredOptions): Promise<Lease> {
  const fences = examined.ledger.segments.map(({ fence }) => fence)
  const { signal } = options
  return watch(async () => {
    for (;;) {
      const claim = await Lease.claim({
        ...{ folder: directory.leases, name: 'coordinator', writer, signal },
        above: Math.max(0, ...fences),
        onWait: tellWait(options),
      })
      if (claim.kind === 'granted') return claim.lease
    }
  }, options)
}

function tellWait({ onWarning }: MeteredOptions) {
  return (holder: LeaseHolder | undefined, ms: number) => {
    const who = holder === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host}`
    onWarning?.(
      `${who} held this job and gives no sign of life; it is taken over if none comes within ${Math.round(ms / 1000)} s`,
    )
  }
}

async function watch<T>(wait: () => Promise<T>, { signal }: MeteredOptions): Promise<T> {
  try {
    return await wait()
  } catch (error) {
    if ((error as Error).name === 'AbortError' && signal?.aborted) throw new JobStopped('stopped before the job began')
    throw error
  }
}

/** Files of the job's own that are not as they were written get another name, and are then made again. */
function setDamagedAside(directory: JobDirectory): { path: string; reason: string }[] {
  return [directory.cut, directory.recipe, directory.manifest, directory.exports].flatMap(path => {
    const found = readOwnFile(path)
    if (found.kind !== 'damaged' || !existsSync(path)) return []
    const aside = `${path}.damaged-${randomBytes(4).toString('hex')}`
    renameSync(path, aside)
    return [{ path, reason: `${found.reason}: it was moved to ${aside} and is made again` }]
  })
}
