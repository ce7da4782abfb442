import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Shard } from '../core/shard.js'
import { JobStopped } from '../execution/protocol/job-failure.js'
import { currentEpoch, type EpochNote } from '../state/epochs.js'
import { Hands } from '../state/hands.js'
import type { JobDirectory } from '../state/job-directory.js'
import { writeFormat } from '../state/job-format.js'
import { JobLockedError } from '../state/job-locked.js'
import { Lease, type LeaseHolder, leaseTiming } from '../state/lease.js'
import { Ledger } from '../state/ledger.js'
import type { LedgerIndex } from '../state/ledger-index.js'
import { checkLineFile } from '../state/line-file.js'
import { moveAside } from '../state/move-aside.js'
import { readOwnFile } from '../state/own-file.js'
import { pinShards } from '../state/shard-pin.js'
import { takeAwayStaging } from '../state/take-over.js'
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

/** A job that this process is about to enter. */
export interface Holding {
  readonly writer: string
  readonly directory: JobDirectory
  /** What all processes on the job have to agree on. */
  readonly key: string
  /** The ledger as it was found: it is read on from there. */
  readonly ledger: LedgerIndex
  /** False where `metadata/format` is to be written. */
  readonly hasFormat: boolean
  /** The folders in which the job stages files: those of its own, and those where others may stage, too. */
  readonly folders: StagingFolders
  /** Staged files that are on record, and are taken over by who puts them in place. */
  readonly kept: Pick<ReadonlySet<string>, 'has'>
  /** This process's share, where it has one of its own. */
  readonly shard?: Shard
  /** Says what of this process's settings differs from those of the job that runs. */
  describeDifference(): string
}

export interface StagingFolders {
  readonly own: readonly string[]
  readonly shared: readonly string[]
}

/** Who is told while a job is entered, and who stops it. */
export type HoldOptions = Pick<MeteredOptions, 'signal' | 'onWarning'>

/**
 * Makes the job directory and enters the job: joins those that are at work on it, or, where nobody lives, takes away
 * what earlier processes could still rename, and then reads the state: in this order, so that nobody who wakes up
 * changes what has been read.
 *
 * @throws {JobLockedError} where others are at work on it with another recipe
 */
export async function holdState(holding: Holding, options: HoldOptions): Promise<HeldState> {
  const { directory, writer, ledger: found, folders, kept } = holding
  directory.make()
  const opening = await claimOpening(holding, options)
  try {
    const hands = new Hands(directory.leases, writer)
    const joined = await watch(() => findEpoch(holding, hands, options), options)
    if (joined === undefined) {
      takeAwayStaging({ writer, isGone: () => true, ...folders, writers: found.writers, kept })
      hands.clear()
    }
    found.close()
    if (holding.shard !== undefined) pinShards(directory, { key: holding.key, shard: holding.shard, writer })
    if (!holding.hasFormat) writeFormat(directory.metadata, version, writer)
    const damages = joined === undefined ? setDamagedAside(directory) : []
    const lease = await hands.join()
    const { ledger: folder, exports: mirror, roots } = directory
    const ledger = await Ledger.open({
      ...{ folder, mirror, roots, writer, version },
      fence: joined?.number ?? opening.fence,
      isAlone: joined === undefined,
      found,
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

/**
 * The epoch of those that are at work; undefined where nobody lives. That its file cannot be seen proves nothing, as folders
 * of a network file system are shown late: it is looked for again.
 */
async function findEpoch(holding: Holding, hands: Hands, options: HoldOptions): Promise<EpochNote | undefined> {
  const { directory, key, describeDifference } = holding
  const { signal } = options
  const started = performance.now()
  for (;;) {
    const living = await hands.findLiving({ onWait: tellWait(options), signal })
    if (living === undefined) return undefined
    const epoch = currentEpoch(directory.epochs)
    if (epoch?.key === key) return epoch
    const isLate = performance.now() - started > leaseTiming.expiryMs
    if (epoch !== undefined || isLate)
      throw new JobLockedError(directory.path, hands.holderOf(living), describeDifference())
    await delay(leaseTiming.beatMs / 4, undefined, { signal })
  }
}

/** One process at a time enters; who is about to is waited for. */
async function claimOpening({ writer, directory, ledger }: Holding, options: HoldOptions): Promise<Lease> {
  const fences = ledger.segments.map(({ fence }) => fence)
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

function tellWait({ onWarning }: HoldOptions) {
  return (holder: LeaseHolder | undefined, ms: number) => {
    const who = holder === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host}`
    onWarning?.(
      `${who} held this job and gives no sign of life; it is taken over if none comes within ${Math.round(ms / 1000)} s`,
    )
  }
}

async function watch<T>(wait: () => Promise<T>, { signal }: HoldOptions): Promise<T> {
  try {
    return await wait()
  } catch (error) {
    if ((error as Error).name === 'AbortError' && signal?.aborted) throw new JobStopped('stopped before the job began')
    throw error
  }
}

/** Files of the job's own that are not as they were written get another name, and are then made again. */
function setDamagedAside(directory: JobDirectory): { path: string; reason: string }[] {
  const { cutLines, oldCut, recipe, exports, rootsFile } = directory
  // Where there are lines, nobody reads what an earlier build pinned.
  const pinned = existsSync(cutLines) ? cutLines : oldCut
  return [pinned, recipe, exports, rootsFile].flatMap(path => {
    const found = path === cutLines ? checkLineFile(path) : readOwnFile(path)
    if (found.kind !== 'damaged') return []
    const aside = moveAside(path)
    return aside === undefined ? [] : [{ path, reason: `${found.reason}: it was moved to ${aside} and is made again` }]
  })
}
