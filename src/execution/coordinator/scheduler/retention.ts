import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { FileRef, LedgerRecord, PointRecord } from '../../../core/records.js'
import { listIfThere, remove } from '../../../util/remove.js'
import { storedPath } from '../../../util/stored-path.js'
import { PartitionChain } from './partition-chain.js'
import { latestPoint, type PartitionState } from './partition-state.js'
import { booksOf, type RunContext } from './run-context.js'

export type RetentionPolicy = 'keep_all' | 'keep_failed_only' | 'cleanup_all'

/** Removes the checkpoint that a unit started from, once what it made is committed, unless checkpoints are preserved. */
export async function dropOvertaken(context: RunContext, point: PointRecord): Promise<void> {
  if (context.settings.preserveIntermediate) return
  await context.ledger.withdraw([point])
  removeFiles(context, [point.file])
}

/**
 * Applies the retention policy of a complete job, after its export is on record: `keep_all` keeps
 * everything on record, `keep_failed_only` the checkpoints of partitions of which samples are in quarantine now,
 * `cleanup_all` none. What was decided and what the input held stays on record either way, so that a
 * rerun still knows that there is nothing to do. Files that no record names go under every policy: they are what
 * attempts left that did not count.
 */
export async function applyRetention(
  context: RunContext,
  policy: RetentionPolicy,
  states: readonly PartitionState[],
): Promise<void> {
  if (policy !== 'keep_all')
    await dropCheckpoints(context, policy === 'keep_failed_only' ? failed(context, states) : [])
  // What another process has published and not put on record yet looks like an orphan.
  if (!context.team.isShared()) collectOrphans(context, policy)
}

/** The partitions of which samples are in quarantine as the recipe and the input are now. */
function failed(context: RunContext, states: readonly PartitionState[]): PartitionState[] {
  const books = booksOf(context)
  const last = context.plan.reaches[context.plan.reaches.length - 1]
  return states.filter(state => (latestPoint(books, state, last)?.quarantine.length ?? 0) > 0)
}

/** A record goes first: a crash in between leaves a file that nothing vouches for, which is garbage, and never a record without its file. */
async function dropCheckpoints(context: RunContext, kept: readonly PartitionState[]): Promise<void> {
  const { ledger, plan } = context
  const chain = new Set(
    kept.flatMap(state =>
      plan.reaches.flatMap(reach => {
        const known = PartitionChain.of(plan, state, reach)
        return Array.from({ length: reach.to - reach.from + 1 }, (_, n) => known?.at(reach.from + n))
      }),
    ),
  )
  const partitions = new Set(kept.map(({ key }) => key))
  const doomed: LedgerRecord[] = []
  const files: FileRef[] = []
  for (const point of ledger.all('point')) {
    if (chain.has(point.fingerprint)) continue
    doomed.push(point)
    files.push(point.file)
  }
  // That a partition was signed, and how, stays on record: decisions are known by it.
  for (const { partition, file } of ledger.all('signature')) if (!partitions.has(partition)) files.push(file)
  await ledger.withdraw(doomed)
  removeFiles(context, files)
}

function removeFiles({ directory }: RunContext, files: readonly FileRef[]): void {
  for (const { path } of files) remove(resolve(directory.path, path))
}

const checkpointName =
  /\.op\d+\.[0-9a-f]{10}\.([0-9a-f]{8}\.(jsonl|jsonl\.gz|parquet|arrow|signatures|verdict|files)|\d+-of-\d+\.findings)$/
const quarantineName = /\.op\d+-\d+\.[0-9a-f]{8}\.jsonl$/
const damagedName = /\.damaged-[0-9a-f]{8}$/

/** Removes files of the job's own names that no record names, and under policies that clean up those that were damaged, too. */
function collectOrphans(context: RunContext, policy: RetentionPolicy): void {
  const { ledger, directory, job } = context
  const named = new Set<string>()
  let hasPoints = false
  for (const { file, quarantine } of ledger.all('point')) {
    hasPoints = true
    for (const { path } of [file, ...quarantine]) named.add(path)
  }
  for (const kind of ['signature', 'verdict', 'files_read'] as const)
    for (const { file } of ledger.all(kind)) named.add(file.path)
  const sweep = (folder: string, ours: RegExp) => {
    if (!existsSync(folder)) return
    for (const name of listIfThere(folder)) {
      const plain = name.replace(damagedName, '')
      const isOrphan =
        plain === name ? !named.has(storedPath(directory.path, join(folder, name))) : policy !== 'keep_all'
      if (ours.test(plain) && isOrphan) remove(join(folder, name))
    }
  }
  sweep(job.checkpointDir, checkpointName)
  // Where no point is left to name them, they are what the quarantine report was made of.
  if (hasPoints) sweep(directory.quarantine, quarantineName)
}
