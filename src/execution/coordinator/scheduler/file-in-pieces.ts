import { pieceKey } from '../../../core/partition.js'
import type { Piece, PiecesRecord } from '../../../core/records.js'
import type { SegmentResult } from '../../../core/unit-result.js'
import type { PieceState, SegmentUnit } from '../../../core/work-unit.js'
import { nextPoint } from '../../../planning/reaches.js'
import { buildUnit, tellStart, type UnitPart } from './advance.js'
import { commitSegment } from './commit.js'
import { latestPoint, type PartitionState } from './partition-state.js'
import { booksOf, type RunContext } from './run-context.js'
import { digestInput } from './sources.js'
import { type Settled, settleUnit, UnitFailed } from './supervise.js'

/** As `recallDigest`, for a file that is committed in pieces; pieces behind the first changed one are forgotten. */
export async function recallPieces(context: RunContext, state: PartitionState): Promise<PiecesRecord> {
  const [stamp] = state.stamps
  const known = context.ledger.get('pieces', state.key)
  if (known === undefined) return { kind: 'pieces', partition: state.key, stamp, pieces: [], isComplete: false }
  if (known.stamp === stamp) return known
  const lengths = known.pieces.map(({ bytes }) => bytes)
  const digests = await digestInput(context, state, lengths)
  const firstChanged = known.pieces.findIndex(({ digest }, index) => digests[index] !== digest)
  const isSame = firstChanged < 0 && digests.length === known.pieces.length
  const record = firstPieces({ ...known, stamp }, firstChanged < 0 ? known.pieces.length : firstChanged)
  const recalled = { ...record, isComplete: known.isComplete && isSame }
  await context.ledger.commit([recalled])
  return recalled
}

function firstPieces(record: PiecesRecord, count: number): PiecesRecord {
  return { ...record, pieces: record.pieces.slice(0, count), isComplete: false }
}

/** The states of a file's pieces, as far as they are known. */
export function statesOfPieces(state: PartitionState, { pieces }: PiecesRecord): PartitionState[] {
  return pieces.map(({ digest }, index) => ({ ...state, key: pieceKey(state.partition, index), digest, verdicts: [] }))
}

/** True where the file was read to its end and every piece of it has something committed to go on from. */
export function needsNoReading(context: RunContext, state: PartitionState, record: PiecesRecord): boolean {
  return record.isComplete && statesOfPieces(state, record).every(piece => hasPoint(context, piece))
}

function hasPoint(context: RunContext, piece: PartitionState): boolean {
  const books = booksOf(context)
  return context.plan.reaches.some(reach => latestPoint(books, piece, reach) !== undefined)
}

export interface PiecewiseReading {
  readonly before: PiecesRecord
  /** How much a new piece holds, at least. */
  readonly pieceBytes: number
  /** Told whenever more is known of the pieces. */
  readonly onKnown: (record: PiecesRecord) => void
}

/**
 * Has one worker read a file that cannot be cut, committing piece after piece up to the first point. Where a piece
 * that it should only read past is no longer what was committed, that and all behind it is read as new.
 */
export async function readInPieces(
  context: RunContext,
  state: PartitionState,
  { before, pieceBytes, onKnown }: PiecewiseReading,
): Promise<PiecesRecord> {
  let record = before
  const forgotten = new Set<number>()
  for (;;) {
    const read = await readOnce(context, state, { before: record, pieceBytes, onKnown: known => (record = known) })
    if (read.kind === 'read') {
      onKnown(read.record)
      return read.record
    }
    const { piece: changed, message } = read.error
    if (changed === undefined || forgotten.has(changed)) throw new UnitFailed(read.error)
    forgotten.add(changed)
    context.emit({ event_type: 'warning', message: `${message}; from there on it is read anew` })
    record = firstPieces(record, changed)
    await context.ledger.commit([record])
    onKnown(record)
  }
}

/** How one reading of a file ended; `failed` with a piece where that one is not what was committed. */
type Read = { readonly kind: 'read'; readonly record: PiecesRecord } | Extract<Settled, { kind: 'failed' }>

async function readOnce(
  context: RunContext,
  state: PartitionState,
  { before, pieceBytes, onKnown }: PiecewiseReading,
): Promise<Read> {
  const reach = context.plan.reaches[0]
  const toOp = nextPoint(context.plan, reach, { done: 0, isFresh: true })
  const part = partOf(state, toOp, toOp === reach.to ? reach.signs : undefined)
  let record = before
  let commits = Promise.resolve()
  let unit: SegmentUnit
  const onPiece = (result: SegmentResult) => {
    const committedBy = unit
    commits = commits.then(async () => {
      record = withPiece(record, result)
      const piece = { ...state, key: result.partition, digest: result.digest, verdicts: [] }
      await commitSegment(context, piece, { unit: committedBy, result, pieces: record })
      onKnown(record)
    })
    // Awaited below, where its error is met.
    commits.catch(() => {})
  }
  const purpose = { partition: state.key, what: `partition ${state.key}, read in pieces`, onPiece }
  const settled = await settleUnit(context, purpose, (attempt, isolation) => {
    const done = pieceStates(context, state, record)
    const whole = buildUnit(context, part, { attempt, isolation })
    unit = { ...whole, copyInput: false, pieces: { bytes: pieceBytes, done } }
    tellStart(context, unit)
    return unit
  }).finally(() => commits)
  await commits
  if (settled.kind === 'failed') return settled
  const { result } = settled
  if (result.kind !== 'pieces') throw new TypeError(`a unit in pieces answered with a ${result.kind}`)
  record = { ...record, pieces: result.pieces, isComplete: true }
  await context.ledger.commit([record])
  return { kind: 'read', record }
}

function partOf(state: PartitionState, toOp: number, signs: number | undefined): UnitPart {
  const { slices, stamps, shares } = state
  const input = { kind: 'source', slices, stamps, shares } as const
  return { state, input, fromOp: 0, toOp, signs, signsOnly: false, fingerprint: undefined }
}

function pieceStates(context: RunContext, state: PartitionState, record: PiecesRecord): PieceState[] {
  const states = statesOfPieces(state, record)
  return record.pieces.map((piece, index) => ({ ...piece, isCommitted: hasPoint(context, states[index]) }))
}

function withPiece(record: PiecesRecord, { piece, digest }: SegmentResult): PiecesRecord {
  if (piece === undefined || digest === undefined) throw new TypeError('a piece must say which it is and what it holds')
  const pieces: Piece[] = [...record.pieces]
  pieces[piece.index] = { digest, records: piece.records, bytes: piece.bytes }
  return { ...record, pieces }
}
