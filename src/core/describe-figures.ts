import { formatCount } from '../util/format.js'
import type { DecisionFigures } from './operator.js'

/** The figures of a decision in words, behind a colon; nothing where there are none. */
export function describeFigures({
  clusters,
  largest_cluster: largest,
  short_texts_spared: spared,
}: DecisionFigures): string {
  const parts = [
    ...(clusters === undefined
      ? []
      : [`${formatCount(clusters)} clusters, the largest of ${formatCount(largest ?? 0)} samples`]),
    ...(spared === undefined
      ? []
      : [`${formatCount(spared)} texts shorter than the window spared (short_text: separate)`]),
  ]
  return parts.length === 0 ? '' : `: ${parts.join('; ')}`
}
