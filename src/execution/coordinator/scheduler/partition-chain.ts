import {
  barrierFingerprint,
  inputFingerprint,
  pointFingerprint,
  roundLink,
  signatureFingerprint,
} from '../../../core/fingerprint.js'
import type { OperatorPlan, Reach } from '../../../planning/reaches.js'
import type { PartitionState } from './partition-state.js'

/** A partition's chain of fingerprints along one reach. What is learned of the partition later makes another chain. */
export class PartitionChain {
  private constructor(
    readonly plan: OperatorPlan,
    readonly reach: Reach,
    /** What the operators of the reach are applied to. */
    readonly base: string,
  ) {}

  /** The chain as far as it is known now; undefined where an input was never read, or a barrier has not decided. */
  static of(plan: OperatorPlan, state: PartitionState, reach: Reach): PartitionChain | undefined {
    if (state.digest === undefined) return undefined
    let base = inputFingerprint(roundLink(state.readerLink, state.round), state.key, state.digest)
    for (const earlier of plan.reaches.slice(0, reach.index)) {
      const verdict = state.verdicts[earlier.index]
      if (verdict === undefined || earlier.signs === undefined) return undefined
      const { end } = new PartitionChain(plan, earlier, base)
      base = barrierFingerprint(end, plan.applyLinks[earlier.signs], verdict.slice)
    }
    return new PartitionChain(plan, reach, base)
  }

  /** The partition after `done` operators of the recipe. */
  at(done: number): string {
    return pointFingerprint(this.base, this.plan.links.slice(this.reach.from, done))
  }

  get end(): string {
    return this.at(this.reach.to)
  }

  /** What the barrier that follows signs; undefined behind the last one. */
  get signature(): string | undefined {
    const { signs } = this.reach
    return signs === undefined ? undefined : signatureFingerprint(this.end, this.plan.links[signs])
  }
}
