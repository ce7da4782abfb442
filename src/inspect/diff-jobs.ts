import type { JsonValue } from '../core/json.js'
import { explainLosses, type Loss } from './explain-losses.js'
import {
  compareSamples,
  type FinishedJob,
  type FinishedSample,
  finishedSamples,
  openFinished,
} from './finished-samples.js'
import type { Place } from './places.js'

/** What is told of one operator in two jobs. */
export interface OperatorDifference {
  readonly operator: string
  /** Samples that only the first job kept, and that this operator of the second dropped or changed into several; and the reverse. */
  readonly onlyInA: number
  readonly onlyInB: number
}

/** A sample that differs. */
export interface SampleDifference {
  readonly file: string
  /** Line, or number of the record, in the file; from 1. */
  readonly line: number
  readonly kind: 'only_in_a' | 'only_in_b' | 'changed'
  /** Which operator of the other job made the difference, where running it again shows. */
  readonly operator?: string
  /** Why, as in a trace: what was measured, and the bound. */
  readonly why?: Readonly<Record<string, JsonValue>>
  /** Fields and statistics that differ, each with both values. */
  readonly fields?: Readonly<Record<string, readonly [JsonValue, JsonValue]>>
  readonly stats?: Readonly<Record<string, readonly [JsonValue, JsonValue]>>
}

/** What differs between the results of two jobs over the same input. */
export interface JobDifference {
  readonly samplesA: number
  readonly samplesB: number
  readonly same: number
  readonly onlyInA: number
  readonly onlyInB: number
  /** Samples that both kept, with other fields or statistics. */
  readonly changed: number
  /** How many samples differ in each field, and in each statistic. */
  readonly fields: Readonly<Record<string, number>>
  readonly stats: Readonly<Record<string, number>>
  readonly operators: readonly OperatorDifference[]
  /** How many of each side `operators` tells of: those that were run again. */
  readonly explained: number
  /** The first of them, in the order of the input. */
  readonly examples: readonly SampleDifference[]
}

/** How many samples are shown of each kind, and how many of each side are run again to learn which operator it was. */
export interface DiffBounds {
  readonly mostExamples?: number
  readonly mostExplained?: number
}

/**
 * Compares the finished samples of two jobs, by where they come from in the input, however each of them cut it. Reads
 * both side by side, so that memory does not grow with them.
 *
 * @throws {UsageError} where one of them has not finished, or its finished partitions are no longer kept
 */
export async function diffJobs(
  dirA: string,
  dirB: string,
  { mostExamples = 10, mostExplained = 100_000 }: DiffBounds = {},
): Promise<JobDifference> {
  const a = await openFinished(dirA)
  try {
    const b = await openFinished(dirB)
    try {
      return await compare(a, b, { mostExamples, mostExplained })
    } finally {
      b.job.ledger.close()
    }
  } finally {
    a.job.ledger.close()
  }
}

async function compare(
  a: FinishedJob,
  b: FinishedJob,
  { mostExamples, mostExplained }: Required<DiffBounds>,
): Promise<JobDifference> {
  const tally = new Tally(mostExamples, mostExplained)
  const [left, right] = [finishedSamples(a), finishedSamples(b)]
  let [mine, theirs] = [await left.next(), await right.next()]
  while (!mine.done || !theirs.done) {
    const order = mine.done ? 1 : theirs.done ? -1 : compareSamples(mine.value, theirs.value)
    if (order === 0) tally.both(mine.value as FinishedSample, theirs.value as FinishedSample)
    else if (order < 0) tally.one('onlyInA', mine.value as FinishedSample)
    else tally.one('onlyInB', theirs.value as FinishedSample)
    if (order <= 0) mine = await left.next()
    if (order >= 0) theirs = await right.next()
  }
  const { counts, missing } = tally
  const operators = new Map<string, { onlyInA: number; onlyInB: number }>()
  const examples = [...tally.changes]
  for (const [side, other] of [
    ['onlyInA', b],
    ['onlyInB', a],
  ] as const) {
    const shown = new Map(missing[side].slice(0, mostExamples).map(place => [place, undefined as Loss | undefined]))
    for await (const { place, loss } of explainLosses(other, missing[side])) {
      const operator = loss.operator ?? 'unknown'
      const known = operators.get(operator) ?? { onlyInA: 0, onlyInB: 0 }
      known[side]++
      operators.set(operator, known)
      if (shown.has(place)) shown.set(place, loss)
    }
    const kind = side === 'onlyInA' ? 'only_in_a' : 'only_in_b'
    for (const [{ file, line }, loss] of shown) examples.push({ file, line, kind, ...loss })
  }
  return {
    samplesA: counts.same + counts.changed + counts.onlyInA,
    samplesB: counts.same + counts.changed + counts.onlyInB,
    ...counts,
    ...{ fields: Object.fromEntries(tally.fields), stats: Object.fromEntries(tally.stats) },
    operators: [...operators].map(([operator, sides]) => ({ operator, ...sides })),
    explained: Math.max(missing.onlyInA.length, missing.onlyInB.length),
    examples,
  }
}

/** Counts all differences, and keeps the first of them. */
class Tally {
  readonly counts = { same: 0, changed: 0, onlyInA: 0, onlyInB: 0 }
  readonly fields = new Map<string, number>()
  readonly stats = new Map<string, number>()
  readonly changes: SampleDifference[] = []
  readonly missing: Record<'onlyInA' | 'onlyInB', Place[]> = { onlyInA: [], onlyInB: [] }

  constructor(
    readonly mostExamples: number,
    readonly mostExplained: number,
  ) {}

  one(side: 'onlyInA' | 'onlyInB', { file, at, line }: FinishedSample): void {
    this.counts[side]++
    if (this.missing[side].length < this.mostExplained) this.missing[side].push({ file, at, line })
  }

  both(mine: FinishedSample, theirs: FinishedSample): void {
    const fields = differing(mine.text, theirs.text)
    const stats = differing(mine.stats, theirs.stats)
    const [inFields, inStats] = [Object.keys(fields), Object.keys(stats)]
    if (inFields.length + inStats.length === 0) {
      this.counts.same++
      return
    }
    this.counts.changed++
    for (const name of inFields) this.fields.set(name, (this.fields.get(name) ?? 0) + 1)
    for (const name of inStats) this.stats.set(name, (this.stats.get(name) ?? 0) + 1)
    const { file, line } = mine
    if (this.changes.length < this.mostExamples) this.changes.push({ file, line, kind: 'changed', fields, stats })
  }
}

function differing(a: string, b: string): Record<string, readonly [JsonValue, JsonValue]> {
  if (a === b) return {}
  const [left, right] = [a, b].map(text => JSON.parse(text) as Record<string, JsonValue>)
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])]
  return Object.fromEntries(
    names
      .filter(name => JSON.stringify(left[name]) !== JSON.stringify(right[name]))
      .map(name => [name, [left[name] ?? null, right[name] ?? null] as const]),
  )
}
