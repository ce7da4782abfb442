import { roundLink } from '../../../core/fingerprint.js'
import type { PointRecord, RowEncoding, SignatureRecord } from '../../../core/records.js'
import type { PointInput, SegmentUnit, SourceInput } from '../../../core/work-unit.js'
import { nextPoint, type Reach } from '../../../planning/reaches.js'
import { commitSegment } from './commit.js'
import { refuseStandstill, setAsideDamaged } from './damage.js'
import { PartitionChain } from './partition-chain.js'
import { latestPoint, type PartitionState, signatureRecord } from './partition-state.js'
import { dropOvertaken } from './retention.js'
import { booksOf, type RunContext } from './run-context.js'
import { type Isolation, noIsolation, settleUnit } from './supervise.js'

/** Finished partitions are kept as the lines that a JSONL export consists of, whatever checkpoints are. */
const finishedEncoding: RowEncoding = { format: 'jsonl', compression: 'none' }

/** Where a unit starts: the input of the first reach, or a committed point. */
interface Start {
  readonly input: SourceInput | PointInput
  readonly done: number
  readonly isFresh: boolean
}

/** How far a partition was brought. `verdict_lost`: a barrier must decide again before anything behind it can go on. */
export type Advance<T> = { readonly kind: 'reached'; readonly value: T } | { readonly kind: 'verdict_lost' }

/** Brings a partition to the end of a reach: its point, and the signatures where a barrier follows. */
export async function completeReach(
  context: RunContext,
  state: PartitionState,
  reach: Reach,
): Promise<Advance<PointRecord | SignatureRecord>> {
  return reach.signs === undefined ? reachPoint(context, state, reach) : ensureSignatures(context, state, reach)
}

/** True where a partition has what `completeReach` brings it to. */
export function isReachComplete(context: RunContext, state: PartitionState, reach: Reach): boolean {
  const books = booksOf(context)
  if (reach.signs !== undefined) return signatureRecord(books, state, reach) !== undefined
  return latestPoint(books, state, reach)?.opsDone === reach.to
}

/**
 * Makes sure that a partition's point at the end of a reach is committed and returns it, running
 * what is missing from the latest point that is. A damaged checkpoint is set aside and redone.
 */
export async function reachPoint(
  context: RunContext,
  state: PartitionState,
  reach: Reach,
): Promise<Advance<PointRecord>> {
  const books = booksOf(context)
  return approach(context, { state, reach }, () => {
    const point = latestPoint(books, state, reach)
    return point?.opsDone === reach.to ? point : undefined
  })
}

async function ensureSignatures(
  context: RunContext,
  state: PartitionState,
  reach: Reach,
): Promise<Advance<SignatureRecord>> {
  const books = booksOf(context)
  return approach(context, { state, reach }, () => signatureRecord(books, state, reach))
}

/** A partition on its way to the end of a reach. */
interface Way {
  readonly state: PartitionState
  readonly reach: Reach
}

/** Runs unit after unit until what is looked for is on record; the same unit never twice in a row for nothing. */
async function approach<T>(context: RunContext, way: Way, find: () => T | undefined): Promise<Advance<T>> {
  const { state, reach } = way
  let standstills = 0
  for (;;) {
    const found = find()
    if (found !== undefined) return { kind: 'reached', value: found }
    // Another process finished the job, and what was found missing may have been cleaned up.
    if (context.team.exported !== undefined) return { kind: 'verdict_lost' }
    const before = latestPoint(booksOf(context), state, reach)
    const digest = state.digest
    const outcome = await step(context, way, before)
    if (outcome === 'verdict_lost') return { kind: 'verdict_lost' }
    if (outcome === 'set_aside') continue
    const after = latestPoint(booksOf(context), state, reach)
    const hasMoved = find() !== undefined || (after !== undefined && after.fingerprint !== before?.fingerprint)
    standstills = hasMoved ? 0 : standstills + 1
    if (standstills > 1) throw refuseStandstill(state, digest)
  }
}

type Step = 'done' | 'set_aside' | 'verdict_lost'

async function step(context: RunContext, way: Way, before: PointRecord | undefined): Promise<Step> {
  const { state, reach } = way
  if (before !== undefined && before.opsDone === reach.to) return signOnly(context, way, before)
  const start =
    before === undefined
      ? await startOfReach(context, state, reach)
      : { input: { kind: 'point', point: before } as const, done: before.opsDone, isFresh: false }
  if (start === 'verdict_lost') return start
  return runFrom(context, way, start)
}

async function startOfReach(context: RunContext, state: PartitionState, reach: Reach): Promise<Start | 'verdict_lost'> {
  if (reach.applies === undefined) {
    const { slices, stamps, shares } = state
    return { input: { kind: 'source', slices, stamps, shares }, done: reach.from, isFresh: true }
  }
  const before = context.plan.reaches[reach.index - 1]
  const reached = await reachPoint(context, state, before)
  if (reached.kind === 'verdict_lost') return 'verdict_lost'
  const verdict = state.verdicts[before.index]
  // The decision counts rows of the point that was signed, and applies to no other.
  if (signatureRecord(booksOf(context), state, before)?.file.checksum !== verdict.slice.signed) return 'verdict_lost'
  return { input: { kind: 'point', point: reached.value, verdict }, done: reach.from, isFresh: true }
}

async function runFrom(context: RunContext, { state, reach }: Way, start: Start): Promise<Step> {
  const to = nextPoint(context.plan, reach, start)
  const signs = to === reach.to ? reach.signs : undefined
  // A decision that comes with the input belongs to the barrier before the reach's first operator.
  const fromOp = start.isFresh && reach.applies !== undefined ? reach.applies : start.done
  const fingerprint = PartitionChain.of(context.plan, state, reach)?.at(to)
  return runUnit(context, { state, input: start.input, fromOp, toOp: to, signs, signsOnly: false, fingerprint })
}

async function signOnly(context: RunContext, { state, reach }: Way, point: PointRecord): Promise<Step> {
  return runUnit(context, {
    state,
    input: { kind: 'point', point },
    fromOp: reach.to,
    toOp: reach.to,
    signs: reach.signs,
    signsOnly: true,
    fingerprint: point.fingerprint,
  })
}

/** What a unit is to do, whichever attempt does it. */
export interface UnitPart {
  readonly state: PartitionState
  readonly input: SourceInput | PointInput
  readonly fromOp: number
  readonly toOp: number
  readonly signs: number | undefined
  readonly signsOnly: boolean
  /** Known beforehand where the input is a point. */
  readonly fingerprint: string | undefined
}

/** Runs a unit and commits what it made; a file that it read and found damaged is set aside. */
async function runUnit(context: RunContext, part: UnitPart): Promise<Step> {
  const { state } = part
  const started = performance.now()
  let unit = buildUnit(context, part, { attempt: '', isolation: noIsolation })
  const purpose = { partition: state.key, what: describeUnit(unit) }
  const settled = await settleUnit(context, purpose, (attempt, isolation) => {
    unit = buildUnit(context, part, { attempt, isolation })
    tellStart(context, unit)
    return unit
  })
  if (settled.kind === 'failed') return setAsideDamaged(context, state, settled.error)
  const { result } = settled
  if (result.kind !== 'segment') throw new TypeError(`a segment unit answered with a ${result.kind}`)
  await commitSegment(context, state, { unit, result })
  if (part.input.kind === 'point' && !part.signsOnly) await dropOvertaken(context, part.input.point)
  if (part.toOp !== context.plan.operators.length) return 'done'
  context.emit({
    event_type: 'partition_complete',
    partition: state.key,
    samples_in: result.counts.read,
    samples_out: result.file?.rows ?? 0,
    duration_ms: Math.round(performance.now() - started),
  })
  return 'done'
}

export function buildUnit(
  context: RunContext,
  { state, input, fromOp, toOp, signs, signsOnly, fingerprint }: UnitPart,
  { attempt, isolation }: { readonly attempt: string; readonly isolation: Isolation },
): SegmentUnit {
  const { plan, job } = context
  const links = plan.links.slice(fromOp, toOp)
  return {
    kind: 'segment',
    id: `${state.key}:${fromOp}-${toOp}:${attempt}`,
    attempt,
    partition: state.key,
    slices: state.slices,
    input,
    fromOp,
    toOp,
    fingerprint:
      input.kind === 'source'
        ? { kind: 'of_digest', readerLink: roundLink(state.readerLink, state.round), links }
        : { kind: 'known', value: fingerprint ?? '' },
    encoding: toOp === plan.operators.length ? finishedEncoding : job.storage,
    signs: signs === undefined ? undefined : { operator: signs, link: plan.links[signs] },
    signsOnly,
    copyInput: input.kind === 'source' && context.settings.copyInputs,
    maxQuarantineRatio: input.kind === 'source' && isFirst(context, state) ? limit(context) : undefined,
    suspects: isolation.suspects,
    condemned: isolation.condemned,
  }
}

function isFirst({ files }: RunContext, { slices }: PartitionState): boolean {
  const [{ path, cut }] = slices
  return path === files[0]?.path && (cut.kind === 'whole' || cut.start === 0)
}

function limit({ settings }: RunContext): number | undefined {
  return settings.maxQuarantineRatio < 1 ? settings.maxQuarantineRatio : undefined
}

export function describeUnit({ partition, fromOp, toOp }: SegmentUnit): string {
  return fromOp === toOp
    ? `partition ${partition}, signatures`
    : `partition ${partition}, process[${fromOp}] to process[${toOp - 1}]`
}

export function tellStart(context: RunContext, unit: SegmentUnit): void {
  const { partition, fromOp, toOp, input, attempt } = unit
  if (input.kind === 'point') {
    const { file, opsDone, fingerprint } = input.point
    context.emit({
      event_type: 'checkpoint_load',
      partition,
      ops_done: opsDone,
      path: file.path,
      rows: file.rows,
      fingerprint,
    })
  }
  context.emit({ event_type: 'partition_start', partition, from_op: fromOp, to_op: toOp, attempt })
  for (let index = fromOp; index < toOp; index++) {
    context.emit({ event_type: 'op_start', partition, operator: context.plan.operators[index].name, op_index: index })
  }
}
