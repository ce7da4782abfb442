import { groupsOf } from './counted-stages.js'
import { furthestOf, type PipelineRecords } from './pipeline-records.js'

/**
 * What a stage did in both pipelines. Undefined in one that has no such stage; null where documents were not
 * counted there, as where it was run as one with the stage before or behind it.
 */
export interface StageDifference {
  readonly stage: string
  readonly inA?: number | null
  readonly outA?: number | null
  readonly inB?: number | null
  readonly outB?: number | null
}

interface Total {
  readonly stage: string
  itemsIn: number | null
  itemsOut: number | null
}

/** Documents in and out of each stage, side by side in their order: stages of one name are held against each other. */
export function stageTable(a: PipelineRecords, b: PipelineRecords): StageDifference[] {
  const [left, right] = [totalsOf(a), totalsOf(b)]
  const common = commonOf(left, right)
  const table: StageDifference[] = []
  let [x, y] = [0, 0]
  const onlyA = ({ stage, itemsIn, itemsOut }: Total) => table.push({ stage, inA: itemsIn, outA: itemsOut })
  const onlyB = ({ stage, itemsIn, itemsOut }: Total) => table.push({ stage, inB: itemsIn, outB: itemsOut })
  for (const [atA, atB] of [...common, [left.length, right.length]]) {
    for (; x < atA; x++) onlyA(left[x])
    for (; y < atB; y++) onlyB(right[y])
    if (atA === left.length) break
    const [mine, theirs] = [left[x++], right[y++]]
    const [inA, outA, inB, outB] = [mine.itemsIn, mine.itemsOut, theirs.itemsIn, theirs.itemsOut]
    table.push({ stage: mine.stage, inA, outA, inB, outB })
  }
  return table
}

/** The longest row of stages that both have in the same order, by their places. */
function commonOf(left: readonly Total[], right: readonly Total[]): [number, number][] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0))
  for (let x = left.length - 1; x >= 0; x--)
    for (let y = right.length - 1; y >= 0; y--)
      lengths[x][y] =
        left[x].stage === right[y].stage ? lengths[x + 1][y + 1] + 1 : Math.max(lengths[x + 1][y], lengths[x][y + 1])
  const common: [number, number][] = []
  for (let [x, y] = [0, 0]; x < left.length && y < right.length; ) {
    if (left[x].stage === right[y].stage) common.push([x++, y++])
    else if (lengths[x + 1][y] >= lengths[x][y + 1]) x++
    else y++
  }
  return common
}

function totalsOf(records: PipelineRecords): Total[] {
  const groups = groupsOf(records)
  const sums = groups.map(() => ({ itemsIn: 0, itemsOut: 0 }))
  for (const source of records.sources.filter(({ isPlaced }) => isPlaced))
    for (const [at, { itemsIn, itemsOut }] of furthestOf(source)?.counts.entries() ?? []) {
      const sum = sums[at]
      if (sum === undefined) continue
      sum.itemsIn += itemsIn
      sum.itemsOut += itemsOut
    }
  const counted = groups.flatMap(({ first, count }, at) =>
    records.stages.slice(first, first + count).map((stage, place) => ({
      ...{ stage, at: first + place },
      itemsIn: place === 0 ? sums[at].itemsIn : null,
      itemsOut: place === count - 1 ? sums[at].itemsOut : null,
    })),
  )
  // A barrier counts nothing itself: it gets what the stage before it gave, and gives what the one behind it got.
  const decided = (counted.length === 0 ? [] : (records.barriers ?? [])).map(({ stage: at }) => ({
    ...{ stage: records.stages[at], at },
    itemsIn: counted.find(one => one.at === at - 1)?.itemsOut ?? null,
    itemsOut: counted.find(one => one.at === at + 1)?.itemsIn ?? null,
  }))
  return [...counted, ...decided].sort((x, y) => x.at - y.at)
}
