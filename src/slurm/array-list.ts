/** Tasks of one array, as `--array=` takes them. */
export interface ArrayPart {
  /** Such as `0-3,7`. */
  readonly list: string
  /** What is added to each index, where the cluster allows none so high. */
  readonly offset: number
  readonly tasks: number
}

/**
 * Task indexes as lists for `--array=`, split to what the cluster allows.
 *
 * @param indexes from 0, in any order
 * @param most MaxArraySize of the cluster: indexes stay below it, and an array has no more tasks
 */
export function arrayLists(indexes: Iterable<number>, most: number): ArrayPart[] {
  const byOffset = new Map<number, number[]>()
  for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
    const offset = Math.floor(index / most) * most
    const known = byOffset.get(offset)
    if (known === undefined) byOffset.set(offset, [index - offset])
    else known.push(index - offset)
  }
  return [...byOffset].map(([offset, list]) => ({ list: inRanges(list), offset, tasks: list.length }))
}

function inRanges(sorted: readonly number[]): string {
  const ranges: [from: number, to: number][] = []
  for (const index of sorted) {
    const last = ranges.at(-1)
    if (last?.[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

/** The indexes that a list names: `0-3,7`, `1-9:4`, `[2-4%2]`; undefined where it is no list. */
export function indexesOf(list: string): number[] | undefined {
  const indexes: number[] = []
  for (const part of list
    .replace(/^\[|\]$/g, '')
    .replace(/%\d+$/, '')
    .split(',')) {
    const range = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part)
    if (range === null) return undefined
    const [from, to, step] = [Number(range[1]), Number(range[2] ?? range[1]), Number(range[3] ?? 1)]
    for (let index = from; index <= to; index += Math.max(1, step)) indexes.push(index)
  }
  return indexes
}
