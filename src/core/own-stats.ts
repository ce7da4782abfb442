import type { Filter, OperatorDefinition } from './operator.js'
import type { OperatorUse } from './work-unit.js'

/** The name of a statistic that is measured on another field than an earlier operator measures it on. */
export function ownStat(stat: string, { statsField }: Pick<OperatorUse, 'statsField'>): string {
  return statsField === undefined ? stat : `${stat}@${statsField}`
}

/**
 * The field that tells an operator's statistics from those of the same name that an operator before it measures on
 * another field; undefined where there is none, so that they keep their plain names.
 */
export function statsFieldOf(
  definition: Pick<OperatorDefinition, 'stats'>,
  textKey: string,
  before: ReadonlyMap<string, string>,
): string | undefined {
  return definition.stats.some(stat => (before.get(stat) ?? textKey) !== textKey) ? textKey : undefined
}

/** A filter that keeps its statistics apart from those of the same name, where its use says so. */
export function withOwnStats(filter: Filter, { statsField }: Pick<OperatorUse, 'statsField'>): Filter {
  if (statsField === undefined) return filter
  return {
    ...filter,
    computeStats: sample => sample.withStatsOf(statsField, () => filter.computeStats?.(sample)),
    keep: sample => sample.withStatsOf(statsField, () => filter.keep(sample)),
    takeFilesRead: () => filter.takeFilesRead?.() ?? [],
    dispose: () => filter.dispose?.(),
  }
}
