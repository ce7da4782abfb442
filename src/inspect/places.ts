import type { Origin } from '../core/origin.js'
import type { PointRecord } from '../core/records.js'
import type { Slice } from '../core/slice.js'
import type { PartitionState } from '../execution/coordinator/scheduler/partition-state.js'

/** Where a record stands in the input, however that was cut. */
export interface Place {
  readonly file: string
  /** Its first byte, or its number where a format has no bytes; ascends in the order of the file. */
  readonly at: number
  /** Line, or number of the record, in the file; from 1. */
  readonly line: number
}

/** Finds places of records from what was counted in the slices before them. */
export class Places {
  readonly #before = new Map<string, number>()

  constructor(states: readonly PartitionState[], points: readonly PointRecord[]) {
    const starts = states.flatMap(({ slices }, index) =>
      slices.flatMap(({ path, cut }, slice) =>
        cut.kind === 'whole' ? [] : [{ path, start: cut.start, lines: points[index].counts.lines[slice] ?? 0 }],
      ),
    )
    const sums = new Map<string, number>()
    for (const { path, start, lines } of starts.sort((a, b) => a.start - b.start)) {
      const sum = sums.get(path) ?? 0
      this.#before.set(keyOf(path, start), sum)
      sums.set(path, sum + lines)
    }
  }

  of({ path, cut }: Slice, { line: own, offset }: Pick<Origin, 'line' | 'offset'>): Place {
    const line = own + (cut.kind === 'whole' ? 0 : (this.#before.get(keyOf(path, cut.start)) ?? 0))
    return { file: path, at: offset >= 0 ? offset : line, line }
  }
}

/** Names a record of the input. */
export function placeKey({ file, at }: Pick<Place, 'file' | 'at'>): string {
  return `${at}\n${file}`
}

function keyOf(path: string, start: number): string {
  return `${start}\n${path}`
}
