import { randomBytes } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ExportRecord } from '../core/records.js'
import { type ExportSettings, stagedRoot } from '../execution/export/export-form.js'
import { JobStopped } from '../execution/scheduler/run-context.js'
import type { JobDirectory } from '../state/job-directory.js'
import { writeFormat } from '../state/job-format.js'
import { JobLockedError } from '../state/job-locked.js'
import { Lease } from '../state/lease.js'
import { Ledger } from '../state/ledger.js'
import { readOwnFile } from '../state/own-file.js'
import { takeAwayStaging } from '../state/take-over.js'
import { makeFolderDurably } from '../util/durable-file.js'
import type { ExaminedJob } from './examine-job.js'
import type { OpenRecipe } from './open-recipe.js'
import type { MeteredOptions } from './run-options.js'
import { version } from './version.js'

/** The state of a job in the hands of this process. */
export interface HeldState {
  readonly lease: Lease
  readonly ledger: Ledger
  /** What was found damaged and is to be told once there is somebody to tell. */
  readonly damages: readonly { readonly path: string; readonly reason: string }[]
}

export interface Holding {
  readonly writer: string
  readonly directory: JobDirectory
  readonly examined: ExaminedJob
  readonly exporting: ExportSettings
}

/**
 * Makes the job directory, takes the coordinator's lease, takes away what earlier holders could still rename, and
 * then reads the state: in this order, so that nobody who wakes up changes what has been read.
 *
 * @throws {JobLockedError} where a living process runs the job
 */
export async function holdState(open: OpenRecipe, holding: Holding, options: MeteredOptions): Promise<HeldState> {
  const { recipe } = open
  const { directory, writer, examined } = holding
  directory.make()
  for (const folder of [recipe.checkpoint_dir, recipe.partition_dir]) makeFolderDurably(folder)
  const lease = await claimLease(holding, options)
  try {
    const moved = takeAway(open, holding)
    if (!examined.hasFormat) writeFormat(directory.metadata, version, writer)
    const damages = setDamagedAside(directory)
    const guard = () => lease.check()
    const { ledger: folder, exports: mirror } = directory
    const ledger = await Ledger.open({ folder, mirror, writer, version, fence: lease.fence, guard })
    for (const reason of ledger.index.damages) damages.push({ path: folder, reason })
    await recordMoves(ledger, moved)
    return { lease, ledger, damages }
  } catch (error) {
    lease.release()
    throw error
  }
}

async function claimLease({ writer, directory, examined }: Holding, options: MeteredOptions): Promise<Lease> {
  const fences = examined.ledger.segments.map(({ fence }) => fence)
  const { signal } = options
  try {
    const claim = await Lease.claim({
      folder: directory.leases,
      name: 'coordinator',
      writer,
      above: Math.max(0, ...fences),
      signal,
      onWait: (holder, ms) => {
        const who = holder === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host}`
        options.onWarning?.(
          `${who} held this job and gives no sign of life; it is taken over if none comes within ${Math.round(ms / 1000)} s`,
        )
      },
    })
    if (claim.kind === 'held') throw new JobLockedError(directory.path, claim.by)
    return claim.lease
  } catch (error) {
    if ((error as Error).name === 'AbortError' && signal?.aborted) throw new JobStopped('stopped before the job began')
    throw error
  }
}

function takeAway({ recipe }: OpenRecipe, { writer, directory, examined, exporting }: Holding): Map<string, string> {
  const exports = [...examined.ledger.exports()]
  examined.ledger.close()
  const staged = exports.filter(({ state }) => state === 'intent').map(stagedRoot)
  const own = [...directory.folders, recipe.checkpoint_dir, recipe.partition_dir, recipe.event_log_dir]
  const shared = [...exports.map(({ target }) => dirname(target)), dirname(exporting.target)]
  const places = { own: [...new Set(own)], shared: [...new Set(shared)], writers: examined.ledger.writers }
  return takeAwayStaging(writer, places, staged)
}

/** An export that was staged and not renamed has another name now; its intent is put on record anew. */
async function recordMoves(ledger: Ledger, moved: ReadonlyMap<string, string>): Promise<void> {
  const renewed = [...ledger.exports()].flatMap((record): ExportRecord[] => {
    const from = stagedRoot(record)
    const to = record.state === 'intent' ? moved.get(from) : undefined
    if (to === undefined) return []
    const files = record.files.map(file => ({ ...file, staged: to + file.staged.slice(from.length) }))
    return [{ ...record, files }]
  })
  if (renewed.length > 0) await ledger.commit(renewed)
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
