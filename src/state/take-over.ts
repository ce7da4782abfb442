import { dirname } from 'node:path'
import { listIfThere } from '../util/remove.js'
import { clearStaging, discardStaged, takeStaged, writerOf } from '../util/staging.js'

/**
 * Takes away what earlier writers of a job could still rename, should one of them be stopped and wake up: first their
 * temporaries get names of the taker's own, then all but those in `kept` are removed. To be called by the holder of
 * a new lease, before it reads what state the job is in.
 *
 * @returns for each path of `kept` that was there, where it is now
 */
export function takeAwayStaging(
  writer: string,
  places: {
    readonly own: readonly string[]
    readonly shared: readonly string[]
    readonly writers: ReadonlySet<string>
  },
  kept: readonly string[],
): Map<string, string> {
  const moved = new Map<string, string>()
  for (const path of new Set(kept)) {
    const staged = writerOf(path.slice(dirname(path).length + 1))
    const taken = staged === undefined || staged === writer ? undefined : takeStaged(path, writer)
    if (taken !== undefined) moved.set(path, taken)
  }
  for (const folder of places.own) takeAndDiscard(folder, writer, other => other !== writer)
  // Beside the export others may stage, too: only what writers of this job left there is taken.
  for (const folder of places.shared)
    takeAndDiscard(folder, writer, other => other !== writer && places.writers.has(other))
  return moved
}

function takeAndDiscard(folder: string, writer: string, isTheirs: (other: string) => boolean): void {
  for (const name of listIfThere(folder)) {
    const other = writerOf(name)
    if (other === undefined || !isTheirs(other)) continue
    const taken = takeStaged(`${folder}/${name}`, writer)
    if (taken !== undefined) discardStaged(taken)
  }
}

/** Removes what an attempt of this job's own left in folders when its worker was lost. */
export function clearAttempt(folders: readonly string[], writer: string, attempt: string): void {
  for (const folder of folders) clearStaging(folder, (other, name) => other === writer && name.includes(`.${attempt}`))
}
