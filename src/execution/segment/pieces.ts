import { pieceKey } from '../../core/partition.js'
import type { PieceState, PiecesResult, SegmentUnit, SourceInput } from '../../core/work-unit.js'
import type { RunningCounts } from '../counts.js'
import { UnitFailure } from '../unit-failure.js'
import { fingerprintFor } from './fingerprint-for.js'
import { SegmentOutput } from './segment-output.js'
import type { SegmentPass } from './segment-pass.js'
import { SourceReader } from './source-reader.js'

interface Piece {
  readonly index: number
  readonly counts: RunningCounts
  /** Absent while a piece that is committed already is read past. */
  readonly output: SegmentOutput | undefined
  records: number
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
  const pieces: { digest: string; records: number }[] = []
  let piece = await openPiece(pass, 0, plan.done[0])
  try {
    const reader = new SourceReader(pass.job, input, pieceKey(pass.unit.partition, 0), () => piece.counts)
    reader.quarantine = piece.output?.quarantine
    for await (const batch of reader.batches(() => piece.output === undefined)) {
      if (piece.output === undefined) pass.report.progress({ samples: batch.to, bytes: 0 })
      else await pass.process(batch, piece.output, piece.counts)
      piece.records += batch.to - batch.from
      if (!isFull(piece, plan)) continue
      pieces.push(await closePiece(pass, piece, reader.takeDigest(), plan.done[piece.index]))
      piece = await openPiece(pass, piece.index + 1, plan.done[piece.index + 1])
      reader.partition = pieceKey(pass.unit.partition, piece.index)
      reader.quarantine = piece.output?.quarantine
    }
    if (piece.records > 0) pieces.push(await closePiece(pass, piece, reader.takeDigest(), plan.done[piece.index]))
    else piece.output?.discard()
    return { kind: 'pieces', pieces }
  } catch (error) {
    piece.output?.discard()
    throw error
  }
}

async function openPiece(pass: SegmentPass, index: number, state: PieceState | undefined): Promise<Piece> {
  const partition = pieceKey(pass.unit.partition, index)
  const output = state?.isCommitted ? undefined : await SegmentOutput.open(pass.job, pass.unit, partition, pass.signing)
  return { index, counts: pass.startCounts(), output, records: 0 }
}

/** A piece known from an earlier read ends where it ended then; a new one when it holds enough. */
function isFull(piece: Piece, plan: NonNullable<SegmentUnit['pieces']>): boolean {
  const known = plan.done[piece.index]
  return known === undefined ? piece.counts.bytes >= plan.bytes : piece.records >= known.records
}

async function closePiece(
  pass: SegmentPass,
  piece: Piece,
  digest: string,
  known: PieceState | undefined,
): Promise<{ digest: string; records: number }> {
  const { index, output, counts, records } = piece
  if (known !== undefined && known.digest !== digest) {
    const message = `${pass.unit.partition}: piece ${index} is not what it was when the file was last read; run the job again`
    throw new UnitFailure({ code: 'input_changed', message, consequence: 'fail_unit' })
  }
  if (output !== undefined) {
    const result = await output.publish(
      fingerprintFor(pass.unit, pieceKey(pass.unit.partition, index), digest),
      counts.freeze(),
      digest,
    )
    pass.report.piece({ ...result, piece: { index, records } })
  }
  return { digest, records }
}
