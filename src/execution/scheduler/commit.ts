import { signatureFingerprint } from '../../core/fingerprint.js'
import { type Counts, type LedgerRecord, noCounts, type PiecesRecord, type PointRecord } from '../../core/records.js'
import type { SegmentResult } from '../../core/unit-result.js'
import type { SegmentUnit } from '../../core/work-unit.js'
import type { PartitionState } from './partition-state.js'
import { JobFailure, type RunContext } from './run-context.js'

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
    refuseConflict(context, point)
    records.push(point)
  }
  if (result.signature !== undefined && unit.signs !== undefined) {
    const fingerprint = signatureFingerprint(result.fingerprint, unit.signs.link)
    const { partition, signature: file, signatureRows } = result
    const sliceRows = signatureRows ?? result.sliceRows
    const samples = signatureRows && result.sliceRows.reduce((sum, rows) => sum + rows, 0)
    const signed = point ?? (unit.input.kind === 'point' ? unit.input.point : undefined)
    if (signed === undefined) throw new TypeError('signatures are those of a point')
    const pointChecksum = signed.file.checksum
    records.push({ kind: 'signature', fingerprint, partition, file, sliceRows, samples, pointChecksum })
  }
  await context.ledger.commit(records)
  if (result.digest !== undefined) state.digest = result.digest
  tellCommitted(context, unit, result, point)
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

/** The same input through the same operators must give the same bytes; where it does not, neither can be trusted. */
function refuseConflict({ ledger, plan }: RunContext, point: PointRecord): void {
  const other = ledger.get('point', point.fingerprint)
  if (other === undefined || other.file.checksum === point.file.checksum) return
  if (plan.operators.slice(0, point.opsDone).some(({ isDeterministic }) => !isDeterministic)) return
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
  unit: SegmentUnit,
  result: SegmentResult,
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
