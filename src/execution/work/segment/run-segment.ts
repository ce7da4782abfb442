import type { Barrier } from '../../../core/operator.js'
import type { Sample } from '../../../core/sample.js'
import type { PiecesResult, SegmentResult } from '../../../core/unit-result.js'
import type { PointInput, SegmentUnit, SourceInput } from '../../../core/work-unit.js'
import { buildOperator, numbersOf, OperatorChain, spelledFor } from '../operator-chain.js'
import type { WorkContext } from '../work-context.js'
import { fingerprintFor } from './fingerprint-for.js'
import { InputCopy } from './input-copy.js'
import { runPieces } from './pieces.js'
import { PointEdits } from './point-edits.js'
import { readPoint } from './point-reader.js'
import { SegmentOutput } from './segment-output.js'
import { SegmentPass } from './segment-pass.js'
import { SourceReader } from './source-reader.js'

/**
 * Runs the operators of a segment over one partition, batch after batch, and publishes what they leave.
 * Nothing is committed here: the caller's ledger does that with the result.
 */
export async function runSegment(context: WorkContext, unit: SegmentUnit): Promise<SegmentResult | PiecesResult> {
  const { job, catalog } = context
  const numbers = numbersOf(unit.slices)
  await using chain = await OperatorChain.build(job, catalog, { from: unit.fromOp, to: unit.toOp, numbers })
  const signing = unit.signs && {
    operator: await buildBarrier(context, unit.signs.operator),
    index: unit.signs.operator,
    spelled: spelledFor(job.operators[unit.signs.operator], numbers),
  }
  const pass = new SegmentPass(context, unit, { chain, signing })
  if (unit.input.kind === 'point') return runOnPoint(pass, context, unit.input)
  return unit.pieces === undefined ? runOnSource(pass, unit.input) : runPieces(pass, unit.input, unit.pieces)
}

async function runOnSource(pass: SegmentPass, input: SourceInput): Promise<SegmentResult> {
  const { job, unit } = pass
  const copy = unit.copyInput ? new InputCopy(job, unit) : undefined
  const output = await SegmentOutput.open(pass, unit.partition)
  try {
    const counts = pass.startCounts()
    const reader = new SourceReader(job, input, {
      partition: unit.partition,
      counts: () => counts,
      onRaw: copy && (batch => copy.add(batch)),
    })
    reader.quarantine = output.quarantine
    for await (const batch of reader.batches()) await pass.process(batch, { output, counts })
    const digest = reader.takeDigest()
    copy?.publish(digest)
    return await output.publish(fingerprintFor(unit, unit.partition, digest), counts.freeze(), digest)
  } catch (error) {
    copy?.discard()
    output.discard()
    throw error
  }
}

async function runOnPoint(pass: SegmentPass, context: WorkContext, input: PointInput): Promise<SegmentResult> {
  const { job, unit } = pass
  const barrier = input.verdict === undefined ? undefined : await buildBarrier(context, unit.fromOp)
  using edits = barrier && PointEdits.open(job, input, barrier)
  const output = await SegmentOutput.open(pass, unit.partition)
  try {
    const counts = pass.startCounts()
    for await (const batch of readPoint(job, input)) {
      if (barrier !== undefined) {
        const count = counts.operator(unit.fromOp)
        count.in += batch.rows
        count.out += batch.samples.length
        count.changed += edits?.apply(batch) ?? 0
        if (job.keepHashes) noteHashes(barrier, batch.samples)
      }
      await pass.process(batch, { output, counts })
    }
    edits?.finish()
    if (unit.fingerprint.kind !== 'known')
      throw new TypeError('the fingerprint of a unit behind a checkpoint is known beforehand')
    return await output.publish(unit.fingerprint.value, counts.freeze(), undefined)
  } catch (error) {
    output.discard()
    throw error
  } finally {
    await barrier?.dispose?.()
  }
}

/** Signs samples once more for the hashes that this notes. */
function noteHashes(barrier: Barrier, samples: readonly Sample[]): void {
  const record = Buffer.alloc(barrier.recordBytes)
  for (const sample of samples) barrier.sign?.(sample, record, 0)
}

async function buildBarrier({ job, catalog }: WorkContext, index: number): Promise<Barrier> {
  const operator = await buildOperator(job, catalog, index)
  if (operator.kind !== 'barrier') throw new TypeError(`${job.operators[index].name} is no barrier`)
  return operator
}
