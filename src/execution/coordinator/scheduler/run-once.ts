import { dirname } from 'node:path'
import type { UnitReport } from '../../../core/report.js'
import type { SegmentResult, UnitOutcome } from '../../../core/unit-result.js'
import type { WorkUnit } from '../../../core/work-unit.js'
import { clearAttempt } from '../../../state/take-over.js'
import type { Slot } from '../../protocol/executor.js'
import { acquireSlot, type RunContext } from './run-context.js'
import { awaitOrOvertake, type UnderWay } from './straggler.js'

/** What a unit is for, in events and messages, and who is told of what it completes on the way. */
export interface Purpose {
  readonly partition: string
  readonly what: string
  readonly onPiece?: (result: SegmentResult) => void
}

interface Supervision {
  readonly purpose: Purpose
  /** The same unit under another attempt. */
  readonly again: () => WorkUnit
}

/** Runs a unit once; where it is late and there is a free place on another machine, twice. */
export async function runOnce(
  context: RunContext,
  unit: WorkUnit,
  { purpose, again }: Supervision,
): Promise<UnitOutcome> {
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
  // Nobody overtakes a unit where all places are on this machine.
  const isAlone = context.executor.spare === undefined
  const signal = isAlone ? context.signal : AbortSignal.any([context.signal, stopping.signal])
  const outcome = slot.run(unit, report, signal).finally(() => {
    if (isOwn) slot[Symbol.dispose]()
    context.onProgress(unit, undefined)
  })
  return { unit, outcome, stop: () => stopping.abort('another attempt at the unit is done') }
}

/** Units that only write files under their attempt's name, and tell of nothing on the way. */
function mayRunTwice({ kind }: WorkUnit, { onPiece }: Purpose): boolean {
  return onPiece === undefined && (kind === 'segment' || kind === 'digest' || kind === 'compare')
}

/** Where a unit stages files. */
export function foldersOf({ job, directory }: RunContext, unit: WorkUnit): string[] {
  const sinks = unit.kind === 'stages' ? (job.pipeline?.stages.flatMap(({ folder }) => folder ?? []) ?? []) : []
  const targets = unit.kind === 'export' ? [dirname(unit.target)] : sinks
  return [job.checkpointDir, job.partitionDir, directory.quarantine, ...targets]
}
