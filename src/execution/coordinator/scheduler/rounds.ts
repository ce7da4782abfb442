import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as breathe } from 'node:timers/promises'
import type { FilesReadRecord, RoundRecord } from '../../../core/files-read.js'
import type { OperatorUse } from '../../../core/work-unit.js'
import type { LedgerView } from '../../../state/ledger.js'
import { stampIfThere } from '../../../util/file-stamp.js'
import { plural } from '../../../util/format.js'
import { fingerprintOf } from '../../../util/hash.js'
import { findDamage } from '../../contents/checkpoint-reader.js'
import type { PartitionState } from './partition-state.js'
import type { RunContext } from './run-context.js'

/** So many files are looked at before others get their turn. */
const looksAtOnce = 500

/** What it takes to look at the files that a job's samples name. */
export interface FilesView {
  readonly ledger: LedgerView
  readonly jobDir: string
  /** The folder that relative paths in samples start at. */
  readonly mediaDir: string
}

/** The partitions of a job of whose files one has changed. */
export interface ChangedFiles {
  /** The round that begins, by partition. */
  readonly rounds: ReadonlyMap<string, string>
  /** One of the files. */
  readonly path: string
}

/** The round that a partition is in: without operators that read files, none counts. */
export function roundOf(ledger: LedgerView, operators: readonly OperatorUse[], partition: string): string {
  const isOpenToChange = operators.some(({ readsFiles }) => readsFiles)
  return (isOpenToChange ? ledger.get('round', partition)?.round : undefined) ?? ''
}

/**
 * Compares the files that samples name with what they were when operators read them, by size, times and inode. What was not
 * there and is now has changed, too; so has all that a lost or damaged list may have named. Changes nothing.
 */
export async function findChangedFiles(
  view: FilesView,
  operators: readonly OperatorUse[],
): Promise<ChangedFiles | undefined> {
  const rounds = new Map<string, string>()
  let path: string | undefined
  for (const record of view.ledger.all('files_read')) {
    const { partition, round } = record
    if (rounds.has(partition) || round !== roundOf(view.ledger, operators, partition)) continue
    const changed = await firstChanged(view, record)
    if (changed === undefined) continue
    path ??= changed.path
    rounds.set(partition, fingerprintOf('round', round, changed.path, changed.stamp))
  }
  return path === undefined ? undefined : { rounds, path }
}

/**
 * Begins a new round for the partitions of whose files one has changed, so that they are made anew from their input on.
 * For the first of the processes on a job: those that join go by what it found.
 */
export async function renewRounds({ job, plan, ledger, emit }: RunContext): Promise<void> {
  if (!plan.operators.some(({ readsFiles }) => readsFiles)) return
  const found = await findChangedFiles({ ledger, jobDir: job.jobDir, mediaDir: job.mediaDir }, plan.operators)
  if (found === undefined) return
  const { rounds, path } = found
  const message = `files that samples name have changed since they were read, such as ${path}: ${plural(rounds.size, 'partition')} of them ${rounds.size === 1 ? 'is' : 'are'} redone from the input on`
  emit({ event_type: 'warning', message })
  await ledger.commit([...rounds].map(([partition, round]): RoundRecord => ({ kind: 'round', partition, round })))
  const isOver = ({ partition, round }: FilesReadRecord) => round !== roundOf(ledger, plan.operators, partition)
  await ledger.withdraw([...ledger.all('files_read')].filter(isOver))
}

/** Takes note of the round that a partition is in. */
export function recallRound({ ledger, plan }: Pick<RunContext, 'ledger' | 'plan'>, state: PartitionState): void {
  state.round = roundOf(ledger, plan.operators, state.partition)
}

async function firstChanged(
  { jobDir, mediaDir }: FilesView,
  { file }: FilesReadRecord,
): Promise<{ readonly path: string; readonly stamp: string } | undefined> {
  const list = resolve(jobDir, file.path)
  if (findDamage(jobDir, file) !== undefined) return { path: list, stamp: file.checksum }
  let looks = 0
  for await (const line of createInterface({ input: createReadStream(list) })) {
    const [name, before] = JSON.parse(line) as [string, string]
    const path = resolve(mediaDir, name)
    const stamp = stampIfThere(path)
    if (stamp !== before) return { path, stamp }
    if (++looks % looksAtOnce === 0) await breathe()
  }
  return undefined
}
