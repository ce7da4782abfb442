import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { UnitError, UnitResult } from '../../../core/unit-result.js'
import type { WorkUnit } from '../../../core/work-unit.js'
import { clearAttempt } from '../../../state/take-over.js'
import { JobFailure, JobStopped } from '../../protocol/job-failure.js'
import { decideRetry, type Isolation, type Loss, noIsolation, type RetryDecision } from './retry-policy.js'
import type { RunContext } from './run-context.js'
import { foldersOf, type Purpose, runOnce } from './run-once.js'

export { type Isolation, noIsolation } from './retry-policy.js'
export type { Purpose } from './run-once.js'

/** A unit reported a failure that concerns it alone, or its input. */
export class UnitFailed extends Error {
  override readonly name = 'UnitFailed'
  constructor(readonly error: UnitError) {
    super(error.message)
  }
}

/** How a unit ended for good. `failed`: it or its input failed, or it was lost too often. */
export type Settled =
  | { readonly kind: 'done'; readonly result: UnitResult }
  | { readonly kind: 'failed'; readonly error: UnitError }

/**
 * As `settleUnit`, for units whose failure is that of what they belong to.
 *
 * @throws {UnitFailed} where the unit or its input failed, or it was lost too often
 */
export async function superviseUnit(...asked: Parameters<typeof settleUnit>): Promise<UnitResult> {
  const settled = await settleUnit(...asked)
  if (settled.kind === 'failed') throw new UnitFailed(settled.error)
  return settled.result
}

/**
 * Runs a unit until it is done, again after each loss of its worker as the retry policy decides, each time under a
 * new attempt. What an attempt that ended otherwise was writing is removed.
 *
 * @throws {JobFailure} where nothing can go on
 * @throws {JobStopped} where the job was stopped
 */
export async function settleUnit(
  context: RunContext,
  purpose: Purpose,
  makeUnit: (attempt: string, isolation: Isolation) => WorkUnit,
): Promise<Settled> {
  const losses: Loss[] = []
  let isolation = noIsolation
  for (;;) {
    const attempt = randomBytes(4).toString('hex')
    const unit = makeUnit(attempt, isolation)
    const again = () => makeUnit(randomBytes(4).toString('hex'), isolation)
    const outcome = await runOnce(context, unit, { purpose, again })
    if (outcome.kind === 'done') return outcome
    clearAttempt(foldersOf(context, unit), context.job.writer, attempt)
    if (outcome.kind === 'stopped') throw new JobStopped('the job was stopped')
    if (outcome.kind === 'failed') {
      const { error } = outcome
      if (error.consequence === 'stop_job') throw new JobFailure(error.code, error.message)
      return { kind: 'failed', error }
    }
    context.emit({ event_type: 'worker_lost', unit: purpose.what, reason: outcome.reason })
    losses.push({ blame: outcome.blame, reason: outcome.reason, batch: outcome.progress?.batch })
    const decision = decideRetry(losses, context.settings)
    if (decision.kind === 'give_up')
      return { kind: 'failed', error: givenUp(context, decision, { what: purpose.what, reason: outcome.reason }) }
    isolation = decision.isolation
    context.emit({
      event_type: 'unit_retried',
      partition: purpose.partition,
      attempt,
      reason: outcome.reason,
      delay_ms: decision.delayMs,
    })
    await waitUnlessStopped(decision.delayMs, context.signal)
  }
}

function givenUp(
  { plan }: RunContext,
  { why, operator }: Extract<RetryDecision, { kind: 'give_up' }>,
  { what, reason }: { readonly what: string; readonly reason: string },
): UnitError {
  const who = operator === undefined ? what : `${what}: process[${operator}] ${plan.operators[operator].name}`
  const message = `${who} ${why}, the last time because ${reason}`
  return { code: 'worker_lost', message, consequence: 'fail_unit' }
}

async function waitUnlessStopped(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw new JobStopped('the job was stopped')
    throw error
  }
}
