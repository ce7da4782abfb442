import { resolve } from 'node:path'
import { signatureFingerprint } from '../../../core/fingerprint.js'
import { recordKey } from '../../../core/record-keys.js'
import {
  type Counts,
  type FileRef,
  type LedgerRecord,
  noCounts,
  type PiecesRecord,
  type PointRecord,
} from '../../../core/records.js'
import type { SegmentResult } from '../../../core/unit-result.js'
import type { SegmentUnit } from '../../../core/work-unit.js'
import { remove } from '../../../util/remove.js'
import { JobFailure } from '../../protocol/job-failure.js'
import type { PartitionState } from './partition-state.js'
import type { RunContext } from './run-context.js'

/** A unit's result, with what else is committed together with it. */
export interface Outcome {
  readonly unit: SegmentUnit
  readonly result: SegmentResult
  /** What is put on record of the input in place of its digest, where a file is read in pieces. */
  readonly pieces?: PiecesRecord
}

/** Makes the result of a segment unit count: one commit of the ledger, then the events that tell of it. */
export async function commitSegment(
  context: RunContext,
  state: PartitionState,
  { unit, result, pieces }: Outcome,
): Promise<void> {
  const records: LedgerRecord[] = pieces === undefined ? [] : [pieces]
  if (result.digest !== undefined && pieces === undefined) {
    tellOfChange(context, state, result.digest)
    records.push({ kind: 'input', partition: state.key, stamps: state.stamps, digest: result.digest })
  }
  const point = pointOf(unit, result)
  if (point !== undefined) {
    refuseConflict(context, context.ledger.get('point', point.fingerprint), point)
    records.push(point)
  }
  if (result.filesRead !== undefined) {
    const { fingerprint, filesRead: file } = result
    records.push({ kind: 'files_read', fingerprint, partition: state.partition, round: state.round, file })
  }
  let id = point?.fingerprint
  if (result.signature !== undefined && unit.signs !== undefined) {
    const fingerprint = signatureFingerprint(result.fingerprint, unit.signs.link)
    const { partition, signature: file, signatureRows } = result
    const sliceRows = signatureRows ?? result.sliceRows
    const samples = signatureRows && result.sliceRows.reduce((sum, rows) => sum + rows, 0)
    const signed = point ?? (unit.input.kind === 'point' ? unit.input.point : undefined)
    if (signed === undefined) throw new TypeError('signatures are those of a point')
    const pointChecksum = signed.file.checksum
    records.push({ kind: 'signature', fingerprint, partition, file, sliceRows, samples, pointChecksum })
    // A point that came out differently when it was made again is signed again.
    id ??= `${fingerprint}${pointChecksum}`
  }
  const generation = point === undefined ? 1 : context.ledger.withdrawals('point', point.fingerprint) + 1
  const counted = id === undefined ? undefined : raceFor(context, { id, generation }, records)
  await context.ledger.commit(counted ?? records)
  if (result.digest !== undefined) state.digest = result.digest
  if (counted === undefined) tellCommitted(context, { unit, result }, point)
}

/**
 * Enters what an attempt made among those that may count; the first does.
 *
 * @returns undefined where this one counts; else the records of the one that does, while the files of this one go
 */
export function raceFor(
  context: RunContext,
  { id, generation }: { readonly id: string; readonly generation: number },
  records: readonly LedgerRecord[],
): readonly LedgerRecord[] | undefined {
  const { team, directory } = context
  const race = team.winners.enter(id, generation, records)
  if (race.kind === 'won') return undefined
  for (const record of records) {
    const theirs = race.records.find(other => recordKey(other) === recordKey(record))
    if (record.kind === 'point' && theirs?.kind === 'point') refuseConflict(context, theirs, record)
    for (const { path } of filesOf(record))
      if (!filesOf(theirs).some(file => file.path === path)) remove(resolve(directory.path, path))
  }
  return race.records
}

function filesOf(record: LedgerRecord | undefined): readonly FileRef[] {
  if (record?.kind === 'point') return [record.file, ...record.quarantine]
  if (record?.kind === 'verdict') return record.lines === undefined ? [record.file] : [record.file, record.lines]
  if (record?.kind === 'stages')
    return [record.spool, record.signature, ...record.quarantine].filter(file => file !== undefined)
  return record?.kind === 'signature' || record?.kind === 'files_read' ? [record.file] : []
}

function pointOf(unit: SegmentUnit, result: SegmentResult): PointRecord | undefined {
  if (result.file === undefined) return undefined
  const { partition, fingerprint, file, sliceRows, counts, quarantine } = result
  return {
    kind: 'point',
    fingerprint,
    partition,
    opsDone: unit.toOp,
    file,
    sliceRows,
    encoding: unit.encoding,
    counts,
    quarantine,
    unsignedBy: unit.signs !== undefined && couldNotSign(unit.signs.operator, counts) ? unit.signs.link : undefined,
  }
}

function couldNotSign(operator: number, { operators }: Counts): boolean {
  return (operators[operator]?.quarantined ?? 0) > 0
}

/** The size and times of a file said that it holds what it held, and it did not: told, and its new content is what counts. */
function tellOfChange({ emit }: RunContext, { key, digest, slices }: PartitionState, now: string): void {
  if (digest === undefined || digest === now) return
  const message = `${slices[0].path} (partition ${key}) holds something else than when it was last read, under the same size and times (digest ${digest} → ${now}); what depends on it is redone`
  emit({ event_type: 'warning', message })
}

/**
 * The same input through the same operators must give the same bytes; where it does not, neither can be trusted. Files that
 * samples name may have changed in between: the next run sees that by their stamps.
 */
function refuseConflict({ plan }: RunContext, other: PointRecord | undefined, point: PointRecord): void {
  if (other === undefined || other.file.checksum === point.file.checksum) return
  if (plan.operators.slice(0, point.opsDone).some(({ isDeterministic, readsFiles }) => !isDeterministic || readsFiles))
    return
  if (JSON.stringify(other.encoding) !== JSON.stringify(point.encoding)) return
  throw new JobFailure(
    'checksum_conflict',
    `partition ${point.partition} came out differently on two runs of the same operators (${other.file.path}: ${other.file.checksum}, ` +
      `${point.file.path}: ${point.file.checksum}). An operator before position ${point.opsDone} gives varying results: ` +
      'declare it `deterministic: false`, or raise its version if it was changed',
  )
}

function tellCommitted(
  context: RunContext,
  { unit, result }: Pick<Outcome, 'unit' | 'result'>,
  point: PointRecord | undefined,
): void {
  const { partition } = result
  const before = unit.input.kind === 'point' ? unit.input.point.counts : noCounts
  for (let index = unit.fromOp; index < Math.min(unit.toOp, context.plan.operators.length); index++) {
    const after = result.counts.operators[index]
    if (after === undefined) continue
    const earlier = before.operators[index]
    const operator = context.plan.operators[index].name
    const samplesIn = after.in - (earlier?.in ?? 0)
    const samplesOut = after.out - (earlier?.out ?? 0)
    context.emit({
      event_type: 'op_complete',
      partition,
      operator,
      op_index: index,
      samples_in: samplesIn,
      samples_out: samplesOut,
      duration_ms: after.ms,
    })
    const failed = after.quarantined - (earlier?.quarantined ?? 0)
    if (failed > 0) context.emit({ event_type: 'op_failed', partition, operator, op_index: index, samples: failed })
  }
  const known = unit.input.kind === 'point' ? unit.input.point.quarantine.length : 0
  for (const { path, rows } of result.quarantine.slice(known))
    context.emit({ event_type: 'sample_quarantined', partition, samples: rows, path })
  if (point === undefined) return
  const { path, rows, sizeBytes } = point.file
  context.emit({
    event_type: 'checkpoint_save',
    partition,
    ops_done: point.opsDone,
    path,
    rows,
    size_bytes: sizeBytes,
    fingerprint: point.fingerprint,
  })
}
