import type { ResolveContext } from '../../core/operator.js'
import { eachFrame } from '../frames.js'
import { type EachKey, keyAtRank } from './rank-search.js'

/** Keeps so many samples with the greatest or the least keys, of equal ones the first; keys are the bodies of frames. */
export async function takeMost(context: ResolveContext, count: number, isGreatest: boolean): Promise<void> {
  const total = context.totalSamples
  if (count >= total) return
  if (count <= 0) return dropAll(context)
  const { key, below, equal } = await keyAtRank(keysOf(context), isGreatest ? total - count : count - 1)
  let ties = count - (isGreatest ? total - below - equal : below)
  await eachFrame(context, ({ partitionIndex, row, body }) => {
    const order = Buffer.compare(body, key)
    const isKept = order === 0 ? ties-- > 0 : order > 0 === isGreatest
    if (!isKept) context.drop(partitionIndex, row)
  })
}

/**
 * Keeps, of the `upper` samples with the least keys, those with the greatest, as many as lie between `lower` and `upper`;
 * of equal ones the first.
 */
export async function takeRange(context: ResolveContext, lower: number, upper: number): Promise<void> {
  const size = Math.min(upper, context.totalSamples)
  const count = Math.min(upper - lower, size)
  if (count <= 0) return dropAll(context)
  const keys = keysOf(context)
  const top = await keyAtRank(keys, size - 1)
  const bottom = await keyAtRank(keys, size - count)
  const isOneKey = top.key.equals(bottom.key)
  let tiesAtTop = isOneKey ? count : size - top.below
  let tiesAtBottom = isOneKey ? 0 : count - (size - bottom.below - bottom.equal)
  await eachFrame(context, ({ partitionIndex, row, body }) => {
    const toTop = Buffer.compare(body, top.key)
    const toBottom = Buffer.compare(body, bottom.key)
    let isKept = toTop < 0 && toBottom > 0
    if (toTop === 0) isKept = tiesAtTop-- > 0
    else if (toBottom === 0) isKept = tiesAtBottom-- > 0
    if (!isKept) context.drop(partitionIndex, row)
  })
}

async function dropAll(context: ResolveContext): Promise<void> {
  await eachFrame(context, ({ partitionIndex, row }) => context.drop(partitionIndex, row))
}

function keysOf(context: ResolveContext): EachKey {
  return take => eachFrame(context, ({ body }) => take(body))
}
