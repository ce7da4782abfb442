import type { JsonValue } from '../core/json.js'
import { UsageError } from '../core/usage-error.js'
import { specOf } from '../engine/job-spec.js'
import { readPoint } from '../execution/segment/point-reader.js'
import { newWriter } from '../util/staging.js'
import { type CommittedJob, openCommitted, pointsAfter } from './open-committed.js'
import { samplesAt } from './samples-at.js'
import { stepsOf } from './trace-sample.js'

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
  /** Line, or record number, in its slice; from 1. */
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
  /** The first of them, in the order of the input. */
  readonly examples: readonly SampleDifference[]
}

/** Samples that are run again to learn which operator made the difference. */
export const mostExplained = 200

interface Kept {
  readonly text: string
  readonly stats: string
}

interface Side {
  readonly job: CommittedJob
  readonly spec: ReturnType<typeof specOf>
  readonly kept: Map<string, Kept>
}

/**
 * Compares the finished samples of two jobs, by where they come from in the input. Holds the samples of both in memory
 * as text.
 *
 * @throws {UsageError} where one of them has not finished, or its finished partitions are no longer kept
 */
export async function diffJobs(dirA: string, dirB: string, mostExamples = 10): Promise<JobDifference> {
  const a = await openSide(dirA)
  const b = await openSide(dirB)
  try {
    return await compare(a, b, mostExamples)
  } finally {
    a.job.ledger.close()
    b.job.ledger.close()
  }
}

async function openSide(jobDir: string): Promise<Side> {
  const job = await openCommitted(jobDir)
  const spec = specOf(job.open, job.directory, newWriter())
  const kept = new Map<string, Kept>()
  const points = pointsAfter(job, spec.operators.length)
  for (const [index, point] of points.entries()) {
    if (point === undefined) {
      job.ledger.close()
      throw new UsageError(
        `${jobDir}: partition ${job.states[index].key} is not finished, or no longer kept: pawl resume ${jobDir} brings it there`,
      )
    }
    for await (const { samples } of readPoint(spec, { kind: 'point', point }))
      for (const sample of samples) {
        const { bytes, start, end } = sample.toJsonText()
        kept.set(placeOf(job, index, sample.origin), {
          text: bytes.toString('utf8', start, end),
          stats: JSON.stringify(sample.computedStats ?? {}),
        })
      }
  }
  return { job, spec, kept }
}

/** Where a sample comes from, however the input was cut: file, place in it, descendant. */
function placeOf(
  { states }: CommittedJob,
  index: number,
  origin: { slice: number; line: number; offset: number; branch?: readonly number[] },
): string {
  const { path, cut } = states[index].slices[origin.slice]
  const start = cut.kind === 'groups' ? cut.start : 0
  const place = origin.offset >= 0 ? `@${origin.offset}` : `${start}:${origin.line}`
  return JSON.stringify([path, place, origin.line, ...(origin.branch ?? [])])
}

async function compare(a: Side, b: Side, mostExamples: number): Promise<JobDifference> {
  const fields = new Map<string, number>()
  const stats = new Map<string, number>()
  const examples: SampleDifference[] = []
  const [missingInB, missingInA]: [string[], string[]] = [[], []]
  let [same, changed] = [0, 0]
  for (const [place, mine] of a.kept) {
    const theirs = b.kept.get(place)
    if (theirs === undefined) {
      missingInB.push(place)
      continue
    }
    if (mine.text === theirs.text && mine.stats === theirs.stats) {
      same++
      continue
    }
    changed++
    const inFields = differing(mine.text, theirs.text)
    const inStats = differing(mine.stats, theirs.stats)
    for (const name of Object.keys(inFields)) fields.set(name, (fields.get(name) ?? 0) + 1)
    for (const name of Object.keys(inStats)) stats.set(name, (stats.get(name) ?? 0) + 1)
    if (examples.length < mostExamples)
      examples.push({ ...readPlace(place), kind: 'changed', fields: inFields, stats: inStats })
  }
  for (const place of b.kept.keys()) if (!a.kept.has(place)) missingInA.push(place)
  const operators = new Map<string, { onlyInA: number; onlyInB: number }>()
  const count = (operator: string | undefined, side: 'onlyInA' | 'onlyInB') => {
    const known = operators.get(operator ?? 'unknown') ?? { onlyInA: 0, onlyInB: 0 }
    known[side]++
    operators.set(operator ?? 'unknown', known)
  }
  for (const [side, missing, other] of [
    ['onlyInA', missingInB, b],
    ['onlyInB', missingInA, a],
  ] as const) {
    const why = await explain(other, missing.slice(0, mostExplained))
    for (const [index, place] of missing.entries()) {
      const found = why.get(place)
      if (index < mostExplained) count(found?.operator, side)
      if (examples.length < mostExamples * 2)
        examples.push({ ...readPlace(place), kind: side === 'onlyInA' ? 'only_in_a' : 'only_in_b', ...found })
    }
  }
  return {
    ...{ samplesA: a.kept.size, samplesB: b.kept.size, same, changed },
    ...{ onlyInA: missingInB.length, onlyInB: missingInA.length },
    ...{ fields: Object.fromEntries(fields), stats: Object.fromEntries(stats) },
    operators: [...operators].map(([operator, counts]) => ({ operator, ...counts })),
    examples,
  }
}

function readPlace(place: string): { readonly file: string; readonly line: number } {
  const [file, , line] = JSON.parse(place) as [string, string, number]
  return { file, line }
}

function differing(a: string, b: string): Record<string, readonly [JsonValue, JsonValue]> {
  const [left, right] = [a, b].map(text => JSON.parse(text) as Record<string, JsonValue>)
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])]
  return Object.fromEntries(
    names
      .filter(name => JSON.stringify(left[name]) !== JSON.stringify(right[name]))
      .map(name => [name, [left[name] ?? null, right[name] ?? null] as const]),
  )
}

/** Runs samples that a job did not keep through it again, and says which operator they were lost at. */
async function explain(
  { job, spec }: Side,
  places: readonly string[],
): Promise<Map<string, Pick<SampleDifference, 'operator' | 'why'>>> {
  const found = new Map<string, Pick<SampleDifference, 'operator' | 'why'>>()
  const wanted = new Map(places.map(place => [rootOf(place), place]))
  for await (const { key, state, sample } of samplesAt(job, spec, key => wanted.has(key))) {
    const { steps } = await stepsOf(job, spec, { state, sample })
    const last = steps.find(({ outcome }) => outcome === 'dropped' || outcome === 'failed')
    const dropped = last?.entry?.['__pawl__dropped__'] as Record<string, JsonValue> | undefined
    const why = dropped ?? (last?.error === undefined ? undefined : { error: last.error })
    found.set(wanted.get(key) as string, { operator: last?.operator, why })
  }
  return found
}

/** The record of the input that a sample descends from. */
function rootOf(place: string): string {
  return JSON.stringify((JSON.parse(place) as unknown[]).slice(0, 2))
}
