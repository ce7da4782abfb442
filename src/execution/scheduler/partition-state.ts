import {
  barrierFingerprint,
  inputFingerprint,
  pointFingerprint,
  signatureFingerprint,
  verdictFingerprint,
} from '../../core/fingerprint.js'
import type { PointRecord, SignatureRecord, VerdictRecord, VerdictSlice } from '../../core/records.js'
import type { Slice } from '../../core/slice.js'
import type { OperatorPlan, StagePlan } from '../../planning/stages.js'
import type { Ledger } from '../../state/ledger.js'

/** A partition (or a piece of one) under way, with its fingerprint chain as far as it is known. */
export interface PartitionState {
  readonly key: string
  /** The partition of the cut that this is, or is a piece of. */
  readonly partition: string
  readonly slices: readonly Slice[]
  readonly stamps: readonly string[]
  readonly shares: readonly number[]
  readonly readerLink: string
  digest: string | undefined
  /** What a barrier decided for the partition: one entry a stage behind the first. */
  readonly verdicts: { readonly path: string; readonly slice: VerdictSlice }[]
}

/** The fingerprint that a partition's chain has at the start of a stage, or undefined where it is not known yet. */
export function stageBase(plan: OperatorPlan, state: PartitionState, stage: StagePlan): string | undefined {
  if (state.digest === undefined) return undefined
  let base = inputFingerprint(state.readerLink, state.key, state.digest)
  for (const earlier of plan.stages.slice(0, stage.index)) {
    const verdict = state.verdicts[earlier.index]
    if (verdict === undefined || earlier.signs === undefined) return undefined
    const end = pointFingerprint(base, plan.links.slice(earlier.from, earlier.to))
    base = barrierFingerprint(end, plan.links[earlier.signs], verdict.slice.digest)
  }
  return base
}

/** The fingerprint of a partition after `done` operators, within a stage. */
export function fingerprintAt(
  plan: OperatorPlan,
  state: PartitionState,
  stage: StagePlan,
  done: number,
): string | undefined {
  const base = stageBase(plan, state, stage)
  return base === undefined ? undefined : pointFingerprint(base, plan.links.slice(stage.from, done))
}

/** The latest committed point of a partition within a stage, at most `upTo` operators in. */
export function latestPoint(
  plan: OperatorPlan,
  ledger: Ledger,
  state: PartitionState,
  stage: StagePlan,
  upTo: number,
): PointRecord | undefined {
  const base = stageBase(plan, state, stage)
  if (base === undefined) return undefined
  for (let done = upTo; done >= stage.from; done--) {
    const point = ledger.get('point', pointFingerprint(base, plan.links.slice(stage.from, done)))
    if (point !== undefined) return point
  }
  return undefined
}

/** The fingerprint of the signatures that a stage ends with. */
export function signatureAt(plan: OperatorPlan, state: PartitionState, stage: StagePlan): string | undefined {
  if (stage.signs === undefined) return undefined
  const end = fingerprintAt(plan, state, stage, stage.to)
  return end === undefined ? undefined : signatureFingerprint(end, plan.links[stage.signs])
}

export function signatureRecord(
  plan: OperatorPlan,
  ledger: Ledger,
  state: PartitionState,
  stage: StagePlan,
): SignatureRecord | undefined {
  const fingerprint = signatureAt(plan, state, stage)
  return fingerprint === undefined ? undefined : ledger.get('signature', fingerprint)
}

/** The fingerprint of what a stage's barrier decides over all partitions, in input order. */
export function verdictAt(plan: OperatorPlan, states: readonly PartitionState[], stage: StagePlan): string | undefined {
  if (stage.signs === undefined) return undefined
  const signatures: string[] = []
  for (const state of states) {
    const fingerprint = signatureAt(plan, state, stage)
    if (fingerprint === undefined) return undefined
    signatures.push(fingerprint)
  }
  return verdictFingerprint(plan.links[stage.signs], signatures)
}

/** Gives each partition its slice of a decision. */
export function applyVerdict(states: readonly PartitionState[], stage: StagePlan, verdict: VerdictRecord): void {
  for (const [index, state] of states.entries())
    state.verdicts[stage.index] = { path: verdict.file.path, slice: verdict.slices[index] }
}

/**
 * The fingerprints of all finished partitions, in order, as far as the ledger can tell without running
 * anything; undefined where an input was never read or a barrier has not decided.
 */
export function finalFingerprints(
  plan: OperatorPlan,
  ledger: Ledger,
  states: readonly PartitionState[],
): string[] | undefined {
  for (const stage of plan.stages) {
    if (stage.signs === undefined) continue
    const fingerprint = verdictAt(plan, states, stage)
    const verdict = fingerprint === undefined ? undefined : ledger.get('verdict', fingerprint)
    if (verdict === undefined) return undefined
    applyVerdict(states, stage, verdict)
  }
  const last = plan.stages[plan.stages.length - 1]
  const finals = states.map(state => fingerprintAt(plan, state, last, last.to))
  return finals.every(value => value !== undefined) ? (finals as string[]) : undefined
}
