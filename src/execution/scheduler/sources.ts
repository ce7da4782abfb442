import { readerLink } from '../../core/fingerprint.js'
import { type InputFile, type Partition, pieceKey } from '../../core/partition.js'
import type { PiecesRecord } from '../../core/records.js'
import type { JobSpec, PieceState, SegmentResult, SegmentUnit, SourceInput } from '../../core/work-unit.js'
import { nextPoint } from '../../planning/stages.js'
import { buildUnit } from './advance.js'
import { commitSegment } from './commit.js'
import { latestPoint, type PartitionState } from './partition-state.js'
import type { RunContext } from './run-context.js'
import { superviseUnit } from './supervise.js'

/** A partition of the cut as the job starts with it. Its chain is known as far as the ledger knows its input. */
export function openState(job: JobSpec, partition: Partition, files: ReadonlyMap<string, InputFile>): PartitionState {
  const filesOf = partition.slices.map(({ path }) => files.get(path) as InputFile)
  const shares = filesOf.map(({ share }) => share)
  return {
    key: partition.key,
    partition: partition.key,
    slices: partition.slices,
    stamps: filesOf.map(({ stamp }) => stamp),
    shares,
    readerLink: linkOfReader(job, partition, shares),
    digest: undefined,
    verdicts: [],
  }
}

/** What decides, beside the input's bytes and the operators, which samples a partition has. */
function linkOfReader(job: JobSpec, { slices }: Partition, shares: readonly number[]): string {
  const formats = [...new Set(slices.map(({ format, compression }) => `${format}/${compression}`))]
  const isMixture = shares.some(share => share < 1)
  return readerLink({
    formats,
    textKey: formats.some(format => format.startsWith('text')) ? job.textKeys[0] : null,
    maxSampleBytes: job.maxSampleBytes,
    mixture: isMixture ? { shares, seed: job.seed } : null,
  })
}

/**
 * Learns from the ledger what a partition's input holds. Where the file's stamp has changed since it
 * was read, its content is digested anew: an equal digest is the same input, whatever the clock says.
 */
export async function recallDigest(context: RunContext, state: PartitionState): Promise<void> {
  const known = context.ledger.get('input', state.key)
  if (known === undefined) return
  if (sameStamps(known.stamps, state.stamps)) {
    state.digest = known.digest
    return
  }
  const [digest] = await digestInput(context, state, undefined)
  await context.ledger.commit([{ ...known, stamps: state.stamps, digest }])
  state.digest = digest
}

/** As `recallDigest`, for a file that is committed in pieces; pieces behind the first changed one are forgotten. */
export async function recallPieces(context: RunContext, state: PartitionState): Promise<PiecesRecord> {
  const [stamp] = state.stamps
  const known = context.ledger.get('pieces', state.key)
  if (known === undefined) return { kind: 'pieces', partition: state.key, stamp, pieces: [], isComplete: false }
  if (known.stamp === stamp) return known
  const digests = await digestInput(
    context,
    state,
    known.pieces.map(({ records }) => records),
  )
  const firstChanged = known.pieces.findIndex(({ digest }, index) => digests[index] !== digest)
  const isSame = firstChanged < 0 && digests.length === known.pieces.length
  const pieces = known.pieces.slice(0, firstChanged < 0 ? undefined : firstChanged)
  const record: PiecesRecord = { ...known, stamp, pieces, isComplete: known.isComplete && isSame }
  await context.ledger.commit([record])
  return record
}

async function digestInput(
  context: RunContext,
  state: PartitionState,
  pieces: readonly number[] | undefined,
): Promise<readonly string[]> {
  const { key, slices, stamps, shares } = state
  const input: SourceInput = { kind: 'source', slices, stamps, shares }
  const result = await superviseUnit(context, { partition: key, what: `digest of ${key}` }, attempt => {
    return { kind: 'digest', id: `${key}:digest:${attempt}`, attempt, partition: key, input, pieces }
  })
  if (result.kind !== 'digest') throw new TypeError(`a digest unit answered with a ${result.kind}`)
  return result.digests
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
  const stages = context.plan.stages
  return stages.some(stage => latestPoint(context.plan, context.ledger, piece, stage, stage.to) !== undefined)
}

/** Has one worker read a file that cannot be cut, committing piece after piece up to the first point. */
export async function readInPieces(
  context: RunContext,
  state: PartitionState,
  before: PiecesRecord,
  pieceBytes: number,
): Promise<PiecesRecord> {
  const stage = context.plan.stages[0]
  const toOp = nextPoint(context.plan, stage, 0, true)
  const part = { ...partOf(state), toOp, signs: toOp === stage.to ? stage.signs : undefined }
  let record = before
  let commits = Promise.resolve()
  let unit: SegmentUnit
  const onPiece = (result: SegmentResult) => {
    const committedBy = unit
    commits = commits.then(async () => {
      record = withPiece(record, result)
      const piece = { ...state, key: result.partition, digest: result.digest, verdicts: [] }
      await commitSegment(context, piece, committedBy, result, [record])
    })
    // Awaited below, where its error is met.
    commits.catch(() => {})
  }
  const describe = { partition: state.key, what: `partition ${state.key}, read in pieces` }
  const result = await superviseUnit(
    context,
    describe,
    (attempt, isolation) => {
      const done = pieceStates(context, state, record)
      unit = {
        ...buildUnit(context, state, part, undefined, attempt, isolation),
        copyInput: false,
        pieces: { bytes: pieceBytes, done },
      }
      return unit
    },
    onPiece,
  )
  await commits
  if (result.kind !== 'pieces') throw new TypeError(`a unit in pieces answered with a ${result.kind}`)
  record = { ...record, pieces: result.pieces, isComplete: true }
  await context.ledger.commit([record])
  return record
}

function partOf({ slices, stamps, shares }: PartitionState) {
  return { input: { kind: 'source', slices, stamps, shares } as const, fromOp: 0, signsOnly: false }
}

function pieceStates(context: RunContext, state: PartitionState, record: PiecesRecord): PieceState[] {
  const states = statesOfPieces(state, record)
  return record.pieces.map((piece, index) => ({ ...piece, isCommitted: hasPoint(context, states[index]) }))
}

function withPiece(record: PiecesRecord, { piece, digest }: SegmentResult): PiecesRecord {
  if (piece === undefined || digest === undefined) throw new TypeError('a piece must say which it is and what it holds')
  const pieces = [...record.pieces]
  pieces[piece.index] = { digest, records: piece.records }
  return { ...record, pieces }
}

function sameStamps(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((stamp, index) => stamp === b[index])
}
