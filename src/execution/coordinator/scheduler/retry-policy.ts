import type { Blame, UnitProgress } from '../../../core/unit-result.js'
import type { Condemned } from '../../../core/work-unit.js'

/** How a unit is to be run after workers died of it: which samples one at a time, and which not at all. */
export interface Isolation {
  readonly suspects: { readonly from: number; readonly to: number } | undefined
  readonly condemned: readonly Condemned[]
}

export const noIsolation: Isolation = { suspects: undefined, condemned: [] }

/** A worker that was lost with a unit: whose fault that may be, why, and what it had in hand, as far as it told. */
export interface Loss {
  readonly blame: Blame
  readonly reason: string
  readonly batch?: UnitProgress['batch']
}

export interface RetrySettings {
  /** Losses in a row without any sample being found guilty, and also those that were a place's fault. */
  readonly maxLosses: number
  readonly retryDelayMs: number
}

export type RetryDecision =
  | { readonly kind: 'retry'; readonly isolation: Isolation; readonly delayMs: number }
  | { readonly kind: 'give_up'; readonly why: string; readonly operator: number | undefined }

/** How often a worker must die with one sample alone before that sample is set aside. */
const deathsToCondemn = 3
/** So many guilty samples in a row, and none between them that came through, are no matter of samples. */
const condemnedInARow = 3
const mostCondemned = 20
const longestDelayMs = 30_000

/**
 * What to do after a unit lost a worker, from all its losses so far: first the batch that workers die of is taken
 * sample by sample, then a sample that is alone at three deaths is set aside. Ends in any case: after `maxLosses`
 * that say nothing, and where an operator kills its worker whatever the sample is. What was the fault of a place says
 * nothing of any sample; it ends, too, as a unit that nowhere can run is not worth waiting for.
 */
export function decideRetry(losses: readonly Loss[], settings: RetrySettings): RetryDecision {
  const alone = new Map<number, number>()
  let isolation = noIsolation
  let unexplained = 0
  let displaced = 0
  for (const { blame, reason, batch } of losses) {
    if (blame === 'place') {
      displaced++
      continue
    }
    displaced = 0
    unexplained++
    if (batch === undefined) continue
    if (!isAlone(batch, isolation)) {
      isolation = { ...isolation, suspects: { from: batch.from, to: batch.to } }
      continue
    }
    const deaths = (alone.get(batch.from) ?? 0) + 1
    alone.set(batch.from, deaths)
    if (deaths < deathsToCondemn) continue
    const message = `a worker was lost ${deaths} times with this sample alone: ${reason}`
    isolation = { ...isolation, condemned: [...isolation.condemned, { ordinal: batch.from, message }] }
    unexplained = 0
  }
  const last = losses[losses.length - 1]
  const giveUp = (why: string): RetryDecision => ({ kind: 'give_up', why, operator: last.batch?.operator })
  const { condemned, suspects } = isolation
  if (condemned.length >= condemnedInARow && last.batch?.survivors === 0)
    return giveUp(`kills its worker on every sample (${condemned.length} of ${condemned.length} that were tried alone)`)
  if (condemned.length > mostCondemned) return giveUp(`kills its worker on more than ${mostCondemned} samples`)
  if (unexplained > settings.maxLosses || displaced > settings.maxLosses)
    return giveUp(`lost a worker ${losses.length} times`)
  // Looking for the culprit needs no patience: what is outside the samples has been waited for by then.
  const patience = displaced > 0 ? displaced - 1 : suspects === undefined ? unexplained - 1 : 0
  return { kind: 'retry', isolation, delayMs: Math.min(longestDelayMs, settings.retryDelayMs * 2 ** patience) }
}

function isAlone(batch: NonNullable<Loss['batch']>, { suspects }: Isolation): boolean {
  return suspects !== undefined && batch.to - batch.from === 1 && batch.from >= suspects.from && batch.to <= suspects.to
}
