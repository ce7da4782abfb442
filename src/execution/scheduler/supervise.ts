import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { UnitReport } from '../../core/report.js'
import type { Condemned, SegmentResult, UnitError, UnitOutcome, UnitResult, WorkUnit } from '../../core/work-unit.js'
import { JobFailure, JobStopped, type RunContext } from './run-context.js'

/** How a unit is to be run after workers died of it: which samples one at a time, and which not at all. */
export interface Isolation {
  readonly suspects: { readonly from: number; readonly to: number } | undefined
  readonly condemned: readonly Condemned[]
}

/** How often a worker must die with one sample alone before that sample is set aside. */
const deathsToCondemn = 3
const longestDelayMs = 30_000

/** A unit reported a failure that concerns it alone, or its input. */
export class UnitFailed extends Error {
  override readonly name = 'UnitFailed'
  constructor(readonly error: UnitError) {
    super(error.message)
  }
}

/** Collects what deaths say: first of which batch a worker dies, then of which sample alone. */
class Investigation {
  isolation: Isolation = { suspects: undefined, condemned: [] }
  #losses = 0
  #alone = new Map<number, number>()

  /** @returns false when the unit has been lost too often for nothing */
  note(reason: string, batch: { from: number; to: number } | undefined, maxLosses: number): boolean {
    this.#losses++
    const { suspects } = this.isolation
    if (batch !== undefined) {
      const isAlone =
        suspects !== undefined && batch.to - batch.from === 1 && batch.from >= suspects.from && batch.to <= suspects.to
      if (isAlone) this.#noteAlone(batch.from, reason)
      else this.isolation = { ...this.isolation, suspects: batch }
    }
    return this.#losses <= maxLosses
  }

  #noteAlone(ordinal: number, reason: string): void {
    const deaths = (this.#alone.get(ordinal) ?? 0) + 1
    this.#alone.set(ordinal, deaths)
    if (deaths < deathsToCondemn) return
    const message = `a worker was lost ${deaths} times with this sample alone: ${reason}`
    this.isolation = { ...this.isolation, condemned: [...this.isolation.condemned, { ordinal, message }] }
    this.#losses = 0
  }
}

/** What a unit is for, in events and messages. */
export interface Purpose {
  readonly partition: string
  readonly what: string
}

/**
 * Runs a unit until it is done, again after each loss of its worker, with growing delays, each time
 * under a new attempt. A sample that keeps killing workers is found and condemned.
 *
 * @throws {UnitFailed} where the unit or its input failed
 * @throws {JobFailure} where nothing can go on, or the unit was lost too often
 * @throws {JobStopped} where the job was stopped
 */
export async function superviseUnit(
  context: RunContext,
  purpose: Purpose,
  makeUnit: (attempt: string, isolation: Isolation) => WorkUnit,
  onPiece: (result: SegmentResult) => void = () => {},
): Promise<UnitResult> {
  const investigation = new Investigation()
  for (let tries = 1; ; tries++) {
    const attempt = randomBytes(4).toString('hex')
    const outcome = await runOnce(context, makeUnit(attempt, investigation.isolation), onPiece)
    if (outcome.kind === 'done') return outcome.result
    if (outcome.kind === 'stopped') throw new JobStopped('the job was stopped')
    if (outcome.kind === 'failed') throw failureOf(outcome.error)
    context.emit({ event_type: 'worker_lost', unit: purpose.what, reason: outcome.reason })
    if (!investigation.note(outcome.reason, outcome.progress?.batch, context.settings.maxLosses)) {
      const error = {
        code: 'worker_lost',
        message: `${purpose.what}: a worker was lost ${tries} times, the last time because ${outcome.reason}`,
        consequence: 'fail_unit',
      } as const
      throw new UnitFailed(error)
    }
    const delayMs = Math.min(longestDelayMs, context.settings.retryDelayMs * 2 ** (tries - 1))
    context.emit({
      event_type: 'unit_retried',
      partition: purpose.partition,
      attempt,
      reason: outcome.reason,
      delay_ms: delayMs,
    })
    await waitUnlessStopped(delayMs, context.signal)
  }
}

async function runOnce(
  context: RunContext,
  unit: WorkUnit,
  onPiece: (result: SegmentResult) => void,
): Promise<UnitOutcome> {
  const report: UnitReport = { progress: progress => context.onProgress(unit, progress), piece: onPiece }
  try {
    return await context.executor.run(unit, report, context.signal)
  } finally {
    context.onProgress(unit, undefined)
  }
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
