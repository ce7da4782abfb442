import { forEachConcurrently } from '../../util/pool.js'
import type { RunContext } from './run-context.js'
import { UnitFailed } from './supervise.js'

/** Something to be done of a partition, or of a piece of one. */
export interface Part {
  /** What is claimed together with it. */
  readonly block: string
  hasFailed(): boolean
  /** Takes note of what others did to it. */
  learn(): void
  isDone(): boolean
  work(): Promise<void>
  /** Told where it failed; the others go on. */
  onFailure(error: UnitFailed): Promise<void>
}

/**
 * Does what nobody else has done or holds, block after block, as many at a time as there are workers.
 *
 * @param claim what is claimed of each block; undefined where each process does all of it for itself
 * @returns `waiting` where others hold some of it, or the job's end was reached elsewhere
 */
export async function shareWork(
  context: RunContext,
  claim: string | undefined,
  parts: readonly Part[],
): Promise<'complete' | 'waiting'> {
  const { team, executor } = context
  const blocks = new Map<string, Part[]>()
  for (const part of parts) {
    const block = blocks.get(part.block)
    if (block === undefined) blocks.set(part.block, [part])
    else block.push(part)
  }
  let isWaiting = false
  const isMissing = (part: Part) => {
    if (team.hasOthers) part.learn()
    return !part.hasFailed() && !part.isDone()
  }
  await forEachConcurrently(blocks, executor.slots, async ([block, members]) => {
    team.learn()
    if (team.exported !== undefined) {
      isWaiting = true
      return
    }
    if (!members.some(isMissing)) return
    if (claim !== undefined) {
      const taken = await team.claims.take(`${claim}-${block}`)
      if (taken.kind === 'held') {
        isWaiting = true
        return
      }
      // Whoever held it before may have been done.
      team.learn(true)
    }
    for (const part of members) if (isMissing(part)) await doAlone(part)
  })
  return isWaiting ? 'waiting' : 'complete'
}

async function doAlone(part: Part): Promise<void> {
  try {
    await part.work()
  } catch (error) {
    if (!(error instanceof UnitFailed)) throw error
    await part.onFailure(error)
  }
}
