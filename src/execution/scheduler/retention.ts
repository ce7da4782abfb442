import { resolve } from 'node:path'
import type { LedgerRecord, PointRecord } from '../../core/records.js'
import { removeIfThere } from '../../util/durable-file.js'
import type { RunContext } from './run-context.js'

export type RetentionPolicy = 'keep_all' | 'keep_failed_only' | 'cleanup_all'

/** Removes the checkpoint that a unit started from, once what it made is committed, unless checkpoints are preserved. */
export async function dropOvertaken(context: RunContext, point: PointRecord): Promise<void> {
  if (!context.settings.preserveIntermediate) await removeCommitted(context, [point])
}

/**
 * Applies the retention policy of a complete job, after its export is on record: `keep_all` keeps
 * everything, `keep_failed_only` the checkpoints of partitions in which samples were set aside,
 * `cleanup_all` nothing. What was decided and what the input held stays on record either way, so that a
 * rerun still knows that there is nothing to do.
 */
export async function applyRetention(context: RunContext, policy: RetentionPolicy): Promise<void> {
  if (policy === 'keep_all') return
  const withFailures = new Set<string>()
  for (const point of context.ledger.all('point')) if (point.quarantine.length > 0) withFailures.add(point.partition)
  const isKept = (partition: string) => policy === 'keep_failed_only' && withFailures.has(partition)
  const doomed: LedgerRecord[] = []
  for (const kind of ['point', 'signature'] as const) {
    for (const record of context.ledger.all(kind)) if (!isKept(record.partition)) doomed.push(record)
  }
  await removeCommitted(context, doomed)
}

/** The record goes first: a crash in between leaves a file that nothing vouches for, which is garbage, and never a record without its file. */
async function removeCommitted({ ledger, directory }: RunContext, records: readonly LedgerRecord[]): Promise<void> {
  if (records.length === 0) return
  await ledger.withdraw(records)
  for (const record of records) if ('file' in record) removeIfThere(resolve(directory.path, record.file.path))
}
