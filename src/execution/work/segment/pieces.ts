import { pieceKey } from '../../../core/partition.js'
import type { Piece } from '../../../core/records.js'
import type { PiecesResult } from '../../../core/unit-result.js'
import type { PieceState, SegmentUnit, SourceInput } from '../../../core/work-unit.js'
import type { RunningCounts } from '../../contents/counts.js'
import { UnitFailure } from '../../protocol/unit-failure.js'
import { fingerprintFor } from './fingerprint-for.js'
import { SegmentOutput } from './segment-output.js'
import type { SegmentPass } from './segment-pass.js'
import { SourceReader } from './source-reader.js'

interface OpenPiece {
  readonly index: number
  /** What an earlier run made of it. */
  readonly known: PieceState | undefined
  readonly counts: RunningCounts
  /** Absent while a piece that is committed already is read past. */
  readonly output: SegmentOutput | undefined
  records: number
  bytes: number
}

/**
 * Reads a file that cannot be cut from start to end and publishes it in pieces of about `bytes`, each
 * reported as soon as it is complete. Pieces that an earlier run committed are read past.
 */
export async function runPieces(
  pass: SegmentPass,
  input: SourceInput,
  plan: NonNullable<SegmentUnit['pieces']>,
): Promise<PiecesResult> {
  const pieces: Piece[] = []
  let piece = await openPiece(pass, 0, plan.done[0])
  try {
    const reader = new SourceReader(pass.job, input, {
      partition: pieceKey(pass.unit.partition, 0),
      counts: () => piece.counts,
    })
    reader.quarantine = piece.output?.quarantine
    for await (const batch of reader.batches(() => piece.output === undefined)) {
      const { output, counts } = piece
      if (output === undefined) pass.readPast(batch)
      else await pass.process(batch, { output, counts })
      piece.records += batch.to - batch.from
      piece.bytes += batch.bytes
      // A piece ends with the batch that brings it to its length: the one it was committed with, or what a new one should have.
      if (piece.bytes < (piece.known?.bytes ?? plan.bytes)) continue
      pieces.push(await closePiece(pass, piece, reader.takeDigest()))
      piece = await openPiece(pass, piece.index + 1, plan.done[piece.index + 1])
      reader.partition = pieceKey(pass.unit.partition, piece.index)
      reader.quarantine = piece.output?.quarantine
    }
    if (piece.bytes > 0) pieces.push(await closePiece(pass, piece, reader.takeDigest()))
    else piece.output?.discard()
    return { kind: 'pieces', pieces }
  } catch (error) {
    piece.output?.discard()
    throw error
  }
}

async function openPiece(pass: SegmentPass, index: number, known: PieceState | undefined): Promise<OpenPiece> {
  const partition = pieceKey(pass.unit.partition, index)
  const output = known?.isCommitted ? undefined : await SegmentOutput.open(pass, partition)
  return { index, known, counts: pass.startCounts(), output, records: 0, bytes: 0 }
}

async function closePiece(
  pass: SegmentPass,
  { index, known, output, counts, records, bytes }: OpenPiece,
  digest: string,
): Promise<Piece> {
  if (output === undefined && known?.digest !== digest) {
    const { path } = pass.unit.slices[0]
    const message = `${path}: piece ${index} (${bytes} bytes) has digest ${digest} where ${known?.digest} was committed, though size and times are the same`
    throw new UnitFailure({ code: 'input_changed', message, consequence: 'fail_unit', path, piece: index })
  }
  if (output !== undefined) {
    const fingerprint = fingerprintFor(pass.unit, pieceKey(pass.unit.partition, index), digest)
    const result = await output.publish(fingerprint, counts.freeze(), digest)
    pass.report.piece({ ...result, piece: { index, records, bytes } })
  }
  return { digest, records, bytes }
}
