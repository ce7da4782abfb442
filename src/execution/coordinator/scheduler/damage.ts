import { resolve } from 'node:path'
import type { FileRef, LedgerRecord } from '../../../core/records.js'
import type { UnitError } from '../../../core/unit-result.js'
import { moveAside } from '../../../state/move-aside.js'
import { isFindings } from '../../contents/findings.js'
import { JobFailure } from '../../protocol/job-failure.js'
import { UnitFailure } from '../../protocol/unit-failure.js'
import type { PartitionState } from './partition-state.js'
import type { RunContext } from './run-context.js'
import { UnitFailed } from './supervise.js'

/** How often a file of one name may be found damaged in a run before the disk, and not the file, is taken to be at fault. */
const mostSetbacks = 3

/**
 * Where a unit failed since a file it read is damaged, sets that aside, so that the caller's next look finds it missing.
 *
 * @throws {UnitFailed} where it failed otherwise
 */
export async function setAsideDamaged(
  context: RunContext,
  state: PartitionState,
  error: UnitError,
): Promise<'set_aside' | 'verdict_lost'> {
  const { consequence, path, message } = error
  if (consequence !== 'redo_input' || path === undefined) throw new UnitFailed(error)
  await setAside(context, { path, partition: state.key, reason: message })
  return state.verdicts.some(verdict => verdict?.path === path) ? 'verdict_lost' : 'set_aside'
}

/** The file whose damage made a unit fail, where that is why it failed. */
export function damagedPath(error: unknown): string | undefined {
  const isTold = error instanceof UnitFailed || error instanceof UnitFailure
  return isTold && error.error.consequence === 'redo_input' ? error.error.path : undefined
}

/** A file that is not what was committed, whose it is (empty where it is that of all), and how that showed. */
interface Damage {
  readonly path: string
  readonly partition: string
  readonly reason: string
}

/**
 * Withdraws what the ledger says of a damaged file and moves the file out of the way, never deleting it. A quarantine
 * file takes all points with it whose samples it stands for.
 *
 * @throws {JobFailure} where the ledger vouches for no such file, or its successors are damaged again and again
 */
export async function setAside(context: RunContext, { path, partition, reason }: Damage): Promise<void> {
  context.team.learn(true)
  const records = recordsOf(context, path)
  if (records.length === 0 && !isFindings(path)) {
    // Another process went past it, and took it away.
    if (context.team.hasOthers) return
    throw new JobFailure('damaged_checkpoint', `${reason}, but no record names it`)
  }
  const place = path.replace(/\.[0-9a-f]{8}(?=\.[^/]*$)/, '')
  const setbacks = (context.setbacks.get(place) ?? 0) + 1
  context.setbacks.set(place, setbacks)
  if (setbacks > mostSetbacks) {
    const message = `${reason}; it was redone ${mostSetbacks} times and found damaged each time: check the disk it is on`
    throw new UnitFailed({ code: 'damaged_again', message, consequence: 'fail_unit', path })
  }
  await context.ledger.withdraw(records)
  moveAside(resolve(context.directory.path, path))
  context.emit({ event_type: 'checkpoint_damaged', partition, path, reason })
}

function recordsOf({ ledger }: RunContext, path: string): LedgerRecord[] {
  const names = ({ path: other }: FileRef) => other === path
  const found: LedgerRecord[] = []
  for (const record of ledger.all('point')) if (names(record.file) || record.quarantine.some(names)) found.push(record)
  for (const record of ledger.all('signature')) if (names(record.file)) found.push(record)
  for (const record of ledger.all('verdict')) if (names(record.file)) found.push(record)
  return found
}

/** A unit ran twice and left nothing that could be gone on from: its input is not the same from one read to the next. */
export function refuseStandstill({ key, digest, slices }: PartitionState, before: string | undefined): UnitFailed {
  const message =
    `partition ${key} (${slices[0].path}) was run twice and its input held something else each time, under the same size and times ` +
    `(digests ${before ?? 'none'} and ${digest ?? 'none'}): make sure that nobody writes to it and that the disk or network file system is sound`
  return new UnitFailed({ code: 'input_unstable', message, consequence: 'fail_unit', path: slices[0].path })
}
