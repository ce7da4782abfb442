import type { InputFile } from '../core/partition.js'
import type { SliceRows } from '../core/records.js'
import type { Slice } from '../core/slice.js'
import type { RowRun } from '../core/work-unit.js'

/** A slice of one of the partitions (or pieces), by their places in the list of all. */
export interface SlicePlace {
  readonly partition: number
  readonly slice: number
}

/**
 * The order of the input over all partitions, slice by slice. It comes from the files as they are listed today and
 * not from which partition holds what: partitions keep their files when new ones come between.
 */
export function orderSlices(
  partitions: readonly { readonly slices: readonly Slice[] }[],
  files: readonly InputFile[],
): SlicePlace[] {
  const rank = new Map(files.map(({ path }, index) => [path, index]))
  const places = partitions.flatMap(({ slices }, partition) =>
    slices.map((each, slice) => ({ partition, slice, file: rank.get(each.path) ?? 0, start: startOf(each) })),
  )
  places.sort((a, b) => a.file - b.file || a.start - b.start || a.partition - b.partition || a.slice - b.slice)
  return places.map(({ partition, slice }) => ({ partition, slice }))
}

/** The rows to read from each part, one run after another. */
export function runsOf(order: readonly SlicePlace[], rows: readonly SliceRows[]): RowRun[] {
  const runs: { index: number; rows: number }[] = []
  for (const { partition, slice } of order) {
    const count = rows[partition]?.[slice] ?? 0
    const last = runs.at(-1)
    if (last?.index === partition) last.rows += count
    else runs.push({ index: partition, rows: count })
  }
  return runs
}

/** What an order adds to a fingerprint over all partitions: nothing where each is read as a whole, one after another. */
export function describeOrder(order: readonly SlicePlace[]): string[] {
  const runs = runsOf(order, []).map(({ index }) => index)
  return runs.every((partition, index) => partition === index) ? [] : [`order ${runs.join(' ')}`]
}

function startOf({ cut }: Slice): number {
  return cut.kind === 'whole' ? 0 : cut.start
}
