import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { UnitReport } from '../../../core/report.js'
import type { SegmentResult, UnitError, UnitOutcome, UnitResult } from '../../../core/unit-result.js'
import type { WorkUnit } from '../../../core/work-unit.js'
import { clearAttempt } from '../../../state/take-over.js'
import type { Slot } from '../../protocol/executor.js'
import { JobFailure, JobStopped } from '../../protocol/job-failure.js'
import { decideRetry, type Isolation, type Loss, noIsolation, type RetryDecision } from './retry-policy.js'
import { acquireSlot, type RunContext } from './run-context.js'
import { awaitOrOvertake, type UnderWay } from './straggler.js'

export { type Isolation, noIsolation } from './retry-policy.js'

/** A unit reported a failure that concerns it alone, or its input. */
export class UnitFailed extends Error {
  override readonly name = 'UnitFailed'
  constructor(readonly error: UnitError) {
    super(error.message)
  }
}

/** What a unit is for, in events and messages, and who is told of what it completes on the way. */
export interface Purpose {
  readonly partition: string
  readonly what: string
  readonly onPiece?: (result: SegmentResult) => void
}

/**
 * Runs a unit until it is done, again after each loss of its worker as the retry policy decides, each time under a
 * new attempt. What an attempt that ended otherwise was writing is removed.
 *
 * @throws {UnitFailed} where the unit or its input failed, or it was lost too often
 * @throws {JobFailure} where nothing can go on
 * @throws {JobStopped} where the job was stopped
 */
export async function superviseUnit(
  context: RunContext,
  purpose: Purpose,
  makeUnit: (attempt: string, isolation: Isolation) => WorkUnit,
): Promise<UnitResult> {
  const losses: Loss[] = []
  let isolation = noIsolation
  for (;;) {
    const attempt = randomBytes(4).toString('hex')
    const unit = makeUnit(attempt, isolation)
    const again = () => makeUnit(randomBytes(4).toString('hex'), isolation)
    const outcome = await runOnce(context, unit, { purpose, again })
    if (outcome.kind === 'done') return outcome.result
    clearAttempt(foldersOf(context, unit), context.job.writer, attempt)
    if (outcome.kind === 'stopped') throw new JobStopped('the job was stopped')
    if (outcome.kind === 'failed') throw failureOf(outcome.error)
    context.emit({ event_type: 'worker_lost', unit: purpose.what, reason: outcome.reason })
    losses.push({ blame: outcome.blame, reason: outcome.reason, batch: outcome.progress?.batch })
    const decision = decideRetry(losses, context.settings)
    if (decision.kind === 'give_up') throw givenUp(context, decision, { what: purpose.what, reason: outcome.reason })
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

function foldersOf({ job, directory }: RunContext, unit: WorkUnit): string[] {
  const sinks = unit.kind === 'stages' ? (job.pipeline?.stages.flatMap(({ folder }) => folder ?? []) ?? []) : []
  const targets = unit.kind === 'export' ? [dirname(unit.target)] : sinks
  return [job.checkpointDir, job.partitionDir, directory.quarantine, ...targets]
}

function givenUp(
  { plan }: RunContext,
  { why, operator }: Extract<RetryDecision, { kind: 'give_up' }>,
  { what, reason }: { readonly what: string; readonly reason: string },
): UnitFailed {
  const who = operator === undefined ? what : `${what}: process[${operator}] ${plan.operators[operator].name}`
  const message = `${who} ${why}, the last time because ${reason}`
  return new UnitFailed({ code: 'worker_lost', message, consequence: 'fail_unit' })
}

interface Supervision {
  readonly purpose: Purpose
  /** The same unit under another attempt. */
  readonly again: () => WorkUnit
}

/** Runs a unit once; where it is late and there is a free place on another machine, twice. */
async function runOnce(context: RunContext, unit: WorkUnit, { purpose, again }: Supervision): Promise<UnitOutcome> {
  const { pace, executor, job } = context
  const slot = context.slot ?? (await acquireSlot(context))
  const began = performance.now()
  const first = beginAt(context, unit, { slot, onPiece: purpose.onPiece, isOwn: slot !== context.slot })
  const isLate = () => mayRunTwice(unit, purpose) && pace.isLate(unit.kind, performance.now() - began)
  const { outcome, overtaken } = await awaitOrOvertake(first, isLate, () => {
    const spare = executor.spare?.()
    if (spare === undefined) return undefined
    const for_ms = Math.round(performance.now() - began)
    context.emit({ event_type: 'unit_duplicated', unit: purpose.what, for_ms })
    return beginAt(context, again(), { slot: spare, isOwn: true })
  })
  if (overtaken !== undefined) {
    const { attempt } = overtaken
    clearAttempt(foldersOf(context, overtaken), job.writer, attempt)
  }
  if (outcome.kind === 'done') pace.note(unit.kind, performance.now() - began)
  return outcome
}

interface At {
  readonly slot: Slot
  readonly onPiece?: Purpose['onPiece']
  /** Whether the slot is given back once the unit has ended. */
  readonly isOwn: boolean
}

function beginAt(context: RunContext, unit: WorkUnit, { slot, onPiece = () => {}, isOwn }: At): UnderWay {
  const report: UnitReport = { progress: progress => context.onProgress(unit, progress), piece: onPiece }
  const stopping = new AbortController()
  const outcome = slot.run(unit, report, AbortSignal.any([context.signal, stopping.signal])).finally(() => {
    if (isOwn) slot[Symbol.dispose]()
    context.onProgress(unit, undefined)
  })
  return { unit, outcome, stop: () => stopping.abort('another attempt at the unit is done') }
}

/** Units that only write files under their attempt's name, and tell of nothing on the way. */
function mayRunTwice({ kind }: WorkUnit, { onPiece }: Purpose): boolean {
  return onPiece === undefined && (kind === 'segment' || kind === 'digest' || kind === 'compare')
}

function failureOf(error: UnitError): Error {
  return error.consequence === 'stop_job' ? new JobFailure(error.code, error.message) : new UnitFailed(error)
}

async function waitUnlessStopped(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw new JobStopped('the job was stopped')
    throw error
  }
}
