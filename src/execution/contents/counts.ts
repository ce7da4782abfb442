import { type Counts, noCounts, type OperatorCounts } from '../../core/records.js'

const nothing: OperatorCounts = { in: 0, out: 0, changed: 0, quarantined: 0, ms: 0 }

/** Counts while they grow; `freeze` gives what a record holds. */
export class RunningCounts {
  readonly operators: { -readonly [K in keyof OperatorCounts]: number }[]
  read: number
  bytes: number
  lines: number[]
  notTaken: number
  defects: number
  readMs: number
  writeMs: number
  nulled: number

  constructor(before: Counts) {
    this.operators = before.operators.map(counts => ({ ...counts }))
    this.read = before.read
    this.bytes = before.bytes
    this.lines = [...before.lines]
    this.notTaken = before.notTaken
    this.defects = before.defects
    this.readMs = before.readMs
    this.writeMs = before.writeMs
    this.nulled = before.nulled ?? 0
  }

  operator(index: number): { -readonly [K in keyof OperatorCounts]: number } {
    while (this.operators.length <= index) this.operators.push({ ...nothing })
    return this.operators[index]
  }

  freeze(): Counts {
    return {
      read: this.read,
      bytes: this.bytes,
      lines: [...this.lines],
      notTaken: this.notTaken,
      defects: this.defects,
      readMs: Math.round(this.readMs),
      writeMs: Math.round(this.writeMs),
      ...(this.nulled > 0 ? { nulled: this.nulled } : {}),
      operators: this.operators.map(counts => ({ ...counts, ms: Math.round(counts.ms) })),
    }
  }
}

/** The counts of several partitions together. Lines are each partition's own affair and are left out. */
export function sumCounts(all: Iterable<Counts>): Counts {
  const sum = new RunningCounts(noCounts)
  for (const counts of all) {
    sum.read += counts.read
    sum.bytes += counts.bytes
    sum.notTaken += counts.notTaken
    sum.defects += counts.defects
    sum.readMs += counts.readMs
    sum.writeMs += counts.writeMs
    sum.nulled += counts.nulled ?? 0
    for (const [index, one] of counts.operators.entries()) {
      const total = sum.operator(index)
      total.in += one.in
      total.out += one.out
      total.changed += one.changed
      total.quarantined += one.quarantined
      total.ms += one.ms
    }
  }
  return sum.freeze()
}
