import { existsSync, renameSync } from 'node:fs'
import { resolve } from 'node:path'
import type { LedgerRecord } from '../../core/records.js'
import { JobFailure, type RunContext } from './run-context.js'

/**
 * Withdraws what the ledger says of a damaged file and moves the file out of the way, never deleting it.
 *
 * @throws {JobFailure} where the ledger vouches for no such file
 */
export async function setAside(context: RunContext, partition: string, path: string, reason: string): Promise<void> {
  const records = recordsOf(context, path)
  if (records.length === 0) throw new JobFailure('damaged_checkpoint', `${reason}, but no record names it`)
  await context.ledger.withdraw(records)
  const full = resolve(context.directory.path, path)
  if (existsSync(full)) renameSync(full, `${full}.damaged`)
  context.emit({ event_type: 'checkpoint_damaged', partition, path, reason })
}

function recordsOf({ ledger }: RunContext, path: string): LedgerRecord[] {
  const found: LedgerRecord[] = []
  for (const kind of ['point', 'signature', 'verdict'] as const) {
    for (const record of ledger.all(kind)) if (record.file.path === path) found.push(record)
  }
  return found
}
