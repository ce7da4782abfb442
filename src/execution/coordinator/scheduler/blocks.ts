import type { Partition } from '../../../core/partition.js'

/** Partitions that one process takes at once are so few that there is enough to take for all. */
const mostBlocks = 512

/**
 * Divides partitions into blocks of neighbours, each about as large as the others, which processes claim as one: it
 * would be too much to ask for each of 100,000. A file that is read in pieces stands alone. Follows from the cut, so
 * that all processes have the same blocks.
 *
 * @returns for each partition the number of its block
 */
export function blocksOf(partitions: readonly Pick<Partition, 'kind' | 'estimatedBytes'>[]): number[] {
  const total = partitions.reduce((sum, { estimatedBytes }) => sum + Math.max(1, estimatedBytes), 0)
  const blockBytes = partitions.length <= mostBlocks ? 0 : total / mostBlocks
  let block = -1
  let room = 0
  return partitions.map(({ kind, estimatedBytes }, index) => {
    const isFirst = index === 0 || kind === 'pieces' || partitions[index - 1].kind === 'pieces'
    if (isFirst || room <= 0) {
      block++
      room = blockBytes
    }
    room -= Math.max(1, estimatedBytes)
    return block
  })
}
