import { type Shard, shardOf } from '../../../core/shard.js'
import { plural } from '../../../util/format.js'
import { forEachAtPlace } from '../../../util/pool.js'
import type { Slot } from '../../protocol/executor.js'
import { JobLeft } from '../../protocol/job-failure.js'
import { acquireSlot, type RunContext } from './run-context.js'
import { UnitFailed } from './supervise.js'

/** Something to be done of a partition, or of a piece of one. */
export interface Part {
  /** What it belongs to a shard by. */
  readonly id: string
  /** What is claimed together with it. */
  readonly block: string
  hasFailed(): boolean
  /** Takes note of what others did to it. */
  learn(): void
  isDone(): boolean
  /** Runs its units at the slot. */
  work(slot: Slot): Promise<void>
  /** Told where it failed; the others go on. */
  onFailure(error: UnitFailed): Promise<void>
}

/**
 * Does what nobody else has done or holds, block after block, each as soon as there is a slot for it.
 *
 * @param claim what is claimed of each block; undefined where each process does all of it for itself
 * @returns `waiting` where others hold some of it, or the job's end was reached elsewhere
 */
export async function shareWork(
  context: RunContext,
  claim: string | undefined,
  parts: readonly Part[],
): Promise<'complete' | 'waiting'> {
  const { team } = context
  const { shard } = team.settings
  const isOwn = ({ id }: Part) => claim === undefined || shard === undefined || shardOf(id, shard.count) === shard.index
  const blocks = inBlocks(parts.filter(isOwn))
  let isWaiting = false
  const isMissing = (part: Part) => {
    if (team.hasOthers) part.learn()
    return !part.hasFailed() && !part.isDone()
  }
  const acquire = () => acquireSlot(context)
  await forEachAtPlace(blocks, acquire, async ([block, members], slot) => {
    team.learn()
    if (team.exported !== undefined) {
      isWaiting = true
      return
    }
    if (!members.some(isMissing)) return
    if (claim !== undefined) {
      const taken = await team.claims.take(`${claim}-${block}${shard === undefined ? '' : `-shard${shard.index}`}`)
      if (taken.kind === 'held') {
        isWaiting = true
        return
      }
      // Whoever held it before may have been done.
      team.learn(true)
    }
    for (const part of members) {
      if (!isMissing(part)) continue
      team.noteWork()
      await doAlone(part, slot)
    }
  })
  if (!isWaiting && claim !== undefined && shard !== undefined) {
    team.learn(true)
    leaveRest(parts.filter(isMissing), shard)
  }
  return isWaiting ? 'waiting' : 'complete'
}

function inBlocks(parts: readonly Part[]): Map<string, Part[]> {
  const blocks = new Map<string, Part[]>()
  for (const part of parts) {
    const block = blocks.get(part.block)
    if (block === undefined) blocks.set(part.block, [part])
    else block.push(part)
  }
  return blocks
}

/** @throws {JobLeft} where other shards have not done their part yet */
function leaveRest(missing: readonly Part[], { index, count }: Shard): void {
  if (missing.length === 0) return
  const shards = [...new Set(missing.map(({ id }) => shardOf(id, count)))].sort((a, b) => a - b)
  const named =
    shards.length > 10 ? `${shards.slice(0, 10).join(', ')} and ${shards.length - 10} more` : shards.join(', ')
  throw new JobLeft(
    `shard ${index} of ${count} is done as far as it goes: ${plural(missing.length, 'part')} of ${plural(shards.length, 'shard')} (${named}) are missing; run those, or the same command without shard: hash`,
  )
}

async function doAlone(part: Part, slot: Slot): Promise<void> {
  try {
    await part.work(slot)
  } catch (error) {
    if (!(error instanceof UnitFailed)) throw error
    await part.onFailure(error)
  }
}
