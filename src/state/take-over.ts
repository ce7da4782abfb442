import { listIfThere } from '../util/remove.js'
import { clearStaging, discardStaged, takeStaged, writerOf } from '../util/staging.js'

export interface StagingPlaces {
  /** Who takes. */
  readonly writer: string
  /** Whose temporaries are taken. */
  readonly isGone: (writer: string) => boolean
  /** Folders in which only this job writes. */
  readonly own: readonly string[]
  /** Folders in which others may stage, too: only what `writers` of this job left there is taken. */
  readonly shared: readonly string[]
  readonly writers?: ReadonlySet<string>
  /** Paths that stay, since somebody else takes them. */
  readonly kept?: Pick<ReadonlySet<string>, 'has'>
}

/**
 * Takes away what writers that are gone could still rename, should one of them be stopped and wake up: their temporaries
 * get names that they do not know, and are then removed. To be called before the state of the job is read.
 */
export function takeAwayStaging({ writer, isGone, own, shared, writers, kept }: StagingPlaces): void {
  const theirs = (path: string, other: string) => other !== writer && kept?.has(path) !== true && isGone(other)
  for (const folder of own) takeAndDiscard(folder, theirs)
  for (const folder of shared)
    takeAndDiscard(folder, (path, other) => theirs(path, other) && writers?.has(other) === true)
}

/**
 * As `takeAwayStaging`, of single files that are still of use.
 *
 * @returns for each path that was there, where it is now
 */
export function takeStagedFiles(writer: string, paths: Iterable<string>): Map<string, string> {
  const moved = new Map<string, string>()
  for (const path of new Set(paths)) {
    const staged = writerOf(path.slice(path.lastIndexOf('/') + 1))
    const taken = staged === undefined || staged === writer ? undefined : takeStaged(path, writer)
    if (taken !== undefined) moved.set(path, taken)
  }
  return moved
}

function takeAndDiscard(folder: string, isTheirs: (path: string, writer: string) => boolean): void {
  for (const name of listIfThere(folder)) {
    const other = writerOf(name)
    const path = `${folder}/${name}`
    if (other === undefined || !isTheirs(path, other)) continue
    // Under its writer's name, which is known: who takes may die before it is on record itself.
    const taken = takeStaged(path, other)
    if (taken !== undefined) discardStaged(taken)
  }
}

/** Removes what an attempt of this job's own left in folders when its worker was lost. */
export function clearAttempt(folders: readonly string[], writer: string, attempt: string): void {
  for (const folder of folders) clearStaging(folder, (other, name) => other === writer && name.includes(`.${attempt}`))
}
