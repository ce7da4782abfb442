import { applyLink, operatorLink } from '../core/fingerprint.js'
import { namesOf } from '../core/operator-names.js'
import type { OperatorUse } from '../core/work-unit.js'

/** Operators between two barriers, for all partitions; the second barrier waits for all of them. */
export interface Reach {
  readonly index: number
  /** Position of the barrier whose decision the reach starts by applying, if any. */
  readonly applies: number | undefined
  /** The reach's own operators are `[from, to)`. */
  readonly from: number
  readonly to: number
  /** Position of the barrier that follows, always `to`; undefined for the last reach. */
  readonly signs: number | undefined
}

/** A recipe's operators with all that the scheduler needs to know of them. */
export interface OperatorPlan {
  readonly operators: readonly OperatorUse[]
  readonly links: readonly string[]
  /** The same, as barriers are applied: where hashes are kept, samples behind them are others. */
  readonly applyLinks: readonly string[]
  readonly reaches: readonly Reach[]
  /** Points where a checkpoint is committed, each the number of operators done: ascending, strictly inside the recipe. */
  readonly checkpoints: readonly number[]
}

export interface CheckpointSettings {
  readonly enabled: boolean
  readonly strategy: 'every_n_ops' | 'every_op' | 'manual' | 'disabled'
  readonly n_ops: number
  readonly op_names: readonly string[]
}

export function planOperators(
  operators: readonly OperatorUse[],
  settings: CheckpointSettings,
  keepsHashes: boolean,
): OperatorPlan {
  const links = operators.map(operatorLink)
  return {
    operators,
    links,
    applyLinks: links.map((link, index) => applyLink(link, keepsHashes && operators[index].isBarrier)),
    reaches: divideIntoReaches(operators),
    checkpoints: placeCheckpoints(operators, settings),
  }
}

function divideIntoReaches(operators: readonly OperatorUse[]): Reach[] {
  const barriers = operators.flatMap((operator, index) => (operator.isBarrier ? [index] : []))
  return [...barriers, undefined].map((signs, index) => {
    const applies = index === 0 ? undefined : barriers[index - 1]
    return { index, applies, from: applies === undefined ? 0 : applies + 1, to: signs ?? operators.length, signs }
  })
}

/**
 * Where a strategy puts checkpoints. The finished partition and what a barrier needs are committed under
 * every strategy and are not listed here.
 */
export function placeCheckpoints(operators: readonly OperatorUse[], settings: CheckpointSettings): number[] {
  const places: number[] = []
  for (let done = 1; done < operators.length; done++) {
    const operator = operators[done - 1]
    if (!operator.isDeterministic || isWanted(operators, done, settings)) places.push(done)
  }
  return places
}

function isWanted(
  operators: readonly OperatorUse[],
  done: number,
  { enabled, strategy, n_ops, op_names }: CheckpointSettings,
): boolean {
  if (!enabled) return false
  switch (strategy) {
    case 'every_op':
      return true
    case 'every_n_ops':
      return done % n_ops === 0
    case 'manual':
      return namesOf(operators, done - 1).some(name => op_names.includes(name))
    case 'disabled':
      return false
  }
}

/** How many times the samples are committed on the way, finished partitions aside: checkpoints, and what barriers need. */
export function countPoints({ reaches, checkpoints }: Pick<OperatorPlan, 'reaches' | 'checkpoints'>): number {
  return reaches.reduce((sum, { from, to, signs }) => {
    const inside = checkpoints.filter(place => place >= from && place < to).length
    return sum + inside + (signs === undefined ? 0 : 1)
  }, 0)
}

/** Where a unit that starts after `done` operators commits next: the next checkpoint, or the end of the reach. */
export function nextPoint(
  plan: OperatorPlan,
  reach: Reach,
  { done, isFresh }: { readonly done: number; readonly isFresh: boolean },
): number {
  const isBeyond = (place: number) => (isFresh ? place >= done && place > 0 : place > done) && place < reach.to
  return plan.checkpoints.find(isBeyond) ?? reach.to
}
