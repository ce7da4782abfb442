import { resolve } from 'node:path'
import type { JsonValue } from '../core/json.js'
import type { OperatorCatalog } from '../core/operator.js'
import type { Sample } from '../core/sample.js'
import type { OperatorUse } from '../core/work-unit.js'
import { isSystemError, sayError } from '../execution/protocol/unit-failure.js'
import type { Step } from '../execution/work/operator-chain.js'
import { tryOne } from '../execution/work/trace/run-trace.js'
import { describeDropped, describeMapped, keepBefore } from '../execution/work/trace/trace-entries.js'

/** Which sample: by the value of a field, or by its place in a file, lines (records) counted from 1. */
export type WantedSample =
  | { readonly kind: 'field'; readonly field: string; readonly value: string }
  | { readonly kind: 'line'; readonly file: string; readonly line: number }

/** What one operator did to a sample, or to one of those that were made of it. */
export interface TraceStep {
  /** Position in the recipe. */
  readonly index: number
  readonly operator: string
  readonly outcome: 'kept' | 'changed' | 'dropped' | 'failed' | 'unknown'
  /** Files that a stage of a pipeline writes it to. */
  readonly files?: readonly string[]
  /** Samples that came of it, where it made several, or none. */
  readonly made?: number
  /** True where what came of it came of others of its batch as well, as where a stage joins documents. */
  readonly withOthers?: boolean
  /** Why it is not known what it did; undefined where what it decided on is no longer kept. */
  readonly reason?: string
  /** As in the trace of a job: texts before and after, fields that changed, what was measured and the bounds. */
  readonly entry?: Readonly<Record<string, JsonValue>>
  /** What was measured by this operator. */
  readonly stats?: Readonly<Record<string, JsonValue>>
  readonly error?: string
}

/** A sample and its way through the operators. */
export interface SampleTrace {
  /** What it went through. */
  readonly of: 'recipe' | 'pipeline'
  readonly file: string
  /** Undefined where a stage made it, so that it stands in no file. */
  readonly line?: number
  /** The stage that made it. */
  readonly behind?: string
  readonly partition: string
  readonly before: Readonly<Record<string, JsonValue>>
  readonly steps: readonly TraceStep[]
  /** What is left of it at the end. */
  readonly after: readonly Readonly<Record<string, JsonValue>>[]
  /**
   * How sure the end is: `assumed` holds only where each step that is not known kept it, and `unknown` means that it could
   * not be followed to the end.
   */
  readonly ending: 'known' | 'assumed' | 'unknown'
  /** Of a pipeline: false where it has not written the source (yet), so that this is what its stages would do. */
  readonly isWritten?: boolean
}

export function matcherOf(wanted: WantedSample): (sample: Sample, file: string, line?: number) => boolean {
  if (wanted.kind === 'line') return (_, file, line) => file === resolve(wanted.file) && line === wanted.line
  return sample => {
    const value = sample.get(wanted.field)
    return value !== undefined && (typeof value === 'string' ? value : JSON.stringify(value)) === wanted.value
  }
}

export function describeMissing(wanted: WantedSample): string {
  return wanted.kind === 'field'
    ? `no sample of the job's input has ${wanted.field} = ${wanted.value}; --line FILE:N finds one by its place`
    : `${wanted.file} has no sample at line ${wanted.line} that belongs to the job; pawl quarantine show tells of lines that are none`
}

interface OneOperator {
  readonly index: number
  readonly use: OperatorUse
  readonly step: Step
}

/** What one operator does to a sample, and what is left of it. */
export async function tryOperator(
  catalog: OperatorCatalog,
  { index, use, step }: OneOperator,
  sample: Sample,
): Promise<{ readonly told: TraceStep; readonly left: readonly Sample[] }> {
  const earlier = { ...sample.stats }
  const kept = keepBefore(sample, use, [])
  const about = { index, operator: use.name }
  try {
    const result = await tryOne(step, sample)
    const measured = Object.entries(sample.stats).filter(([key]) => !(key in earlier))
    const stats = measured.length === 0 ? undefined : Object.fromEntries(measured)
    if (result.kind === 'judged') {
      if (result.isKept) return { told: { ...about, outcome: 'kept', stats }, left: [sample] }
      const entry = describeDropped(sample, use, await catalog.load(use.name))
      return { told: { ...about, outcome: 'dropped', stats, entry }, left: [] }
    }
    const entry = describeMapped(kept, result)
    const made = result.made.length === 1 ? undefined : result.made.length
    const isSame = entry === undefined && made === undefined
    const outcome = result.made.length === 0 ? 'dropped' : isSame ? 'kept' : 'changed'
    return { told: { ...about, outcome, made, entry, stats }, left: result.made }
  } catch (error) {
    if (isSystemError(error)) throw error
    return { told: { ...about, outcome: 'failed', error: sayError(error) }, left: [] }
  }
}
