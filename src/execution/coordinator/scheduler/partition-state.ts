import { verdictFingerprint } from '../../../core/fingerprint.js'
import type { InputFile } from '../../../core/partition.js'
import type { PointRecord, SignatureRecord, VerdictRecord, VerdictSlice } from '../../../core/records.js'
import type { Slice } from '../../../core/slice.js'
import type { ErrorPolicy } from '../../../core/work-unit.js'
import { describeOrder, orderSlices } from '../../../planning/input-order.js'
import type { OperatorPlan, Reach } from '../../../planning/reaches.js'
import type { LedgerView } from '../../../state/ledger.js'
import { servesPolicy } from '../../contents/error-policy.js'
import { PartitionChain } from './partition-chain.js'

/** A partition (or a piece of one) under way, with what its chain of fingerprints follows from, as far as that is known. */
export interface PartitionState {
  readonly key: string
  /** The partition of the cut that this is, or is a piece of. */
  readonly partition: string
  readonly slices: readonly Slice[]
  readonly stamps: readonly string[]
  readonly shares: readonly number[]
  readonly readerLink: string
  /** Begins anew whenever files that its samples name have changed; empty before the first time. */
  round: string
  digest: string | undefined
  /** What a barrier decided for the partition: one entry a reach behind the first. */
  readonly verdicts: { readonly path: string; readonly slice: VerdictSlice }[]
}

/** What it takes to look up how far partitions are. */
export interface Books {
  readonly plan: OperatorPlan
  readonly ledger: LedgerView
  readonly onError: ErrorPolicy
  /** The input as it is listed today, in order. */
  readonly files: readonly InputFile[]
}

/** The latest committed point of a partition within a reach that the recipe's `on_error` accepts. */
export function latestPoint(
  { plan, ledger, onError }: Books,
  state: PartitionState,
  reach: Reach,
): PointRecord | undefined {
  const chain = PartitionChain.of(plan, state, reach)
  if (chain === undefined) return undefined
  for (let done = reach.to; done >= reach.from; done--) {
    const point = ledger.get('point', chain.at(done))
    if (point !== undefined && servesPolicy(point, onError) && hasAllFor(point, plan, reach)) return point
  }
  return undefined
}

/** A point without the samples that a barrier could not sign is whole only where that barrier comes next. */
function hasAllFor({ unsignedBy, opsDone }: PointRecord, { links }: OperatorPlan, { to, signs }: Reach): boolean {
  return unsignedBy === undefined || (opsDone === to && signs !== undefined && links[signs] === unsignedBy)
}

/**
 * The signatures that a reach ends with. Those of a point that was made anew and came out differently are none: they
 * count rows of another.
 */
export function signatureRecord(
  { plan, ledger, onError }: Books,
  state: PartitionState,
  reach: Reach,
): SignatureRecord | undefined {
  const chain = PartitionChain.of(plan, state, reach)
  if (chain?.signature === undefined) return undefined
  const record = ledger.get('signature', chain.signature)
  const point = ledger.get('point', chain.end)
  if (record === undefined || point === undefined) return record
  return point.file.checksum === record.pointChecksum && servesPolicy(point, onError) ? record : undefined
}

/** The fingerprint of what a reach's barrier decides over all partitions: it follows from the signatures' own bytes, in input order. */
export function verdictAt(books: Books, states: readonly PartitionState[], reach: Reach): string | undefined {
  if (reach.signs === undefined) return undefined
  const signed: string[] = []
  for (const state of states) {
    const record = signatureRecord(books, state, reach)
    if (record === undefined) return undefined
    signed.push(record.partition, record.file.checksum)
  }
  return verdictFingerprint(books.plan.links[reach.signs], [
    ...signed,
    ...describeOrder(orderSlices(states, books.files)),
  ])
}

/** Gives each partition its slice of a decision. */
export function applyVerdict(states: readonly PartitionState[], reach: Reach, verdict: VerdictRecord): void {
  for (const [index, state] of states.entries())
    state.verdicts[reach.index] = { path: verdict.file.path, slice: verdict.slices[index] }
}

/**
 * The fingerprints of all finished partitions, in order, as far as the ledger can tell without running
 * anything; undefined where an input was never read or a barrier has not decided.
 */
export function finalFingerprints(books: Books, states: readonly PartitionState[]): string[] | undefined {
  const { plan, ledger } = books
  for (const reach of plan.reaches) {
    if (reach.signs === undefined) continue
    const fingerprint = verdictAt(books, states, reach)
    const verdict = fingerprint === undefined ? undefined : ledger.get('verdict', fingerprint)
    if (verdict === undefined) return undefined
    applyVerdict(states, reach, verdict)
  }
  const last = plan.reaches[plan.reaches.length - 1]
  const finals: string[] = []
  for (const state of states) {
    const chain = PartitionChain.of(plan, state, last)
    if (chain === undefined) return undefined
    finals.push(chain.end)
  }
  return [...finals, ...describeOrder(orderSlices(states, books.files))]
}
