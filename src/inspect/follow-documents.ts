import type { SourceSpec } from '../core/pipeline-spec.js'
import { type Carried, copyOf, samplesOf } from './carried.js'
import type { FoundDocument } from './find-documents.js'
import { passDecision } from './pass-decision.js'
import { passStage } from './pass-stage.js'
import { OneStage } from './run-one-stage.js'
import type { SampleTrace, TraceStep } from './trace-steps.js'
import { sharedStages, sharedUntil, type TracedPipeline } from './traced-pipeline.js'

/** A document's way through the stages behind the place where it was found. */
export interface Followed {
  readonly found: FoundDocument
  readonly steps: readonly TraceStep[]
  /** What is left of it at the end. */
  readonly left: readonly Carried[]
  readonly ending: SampleTrace['ending']
}

interface Line {
  readonly found: FoundDocument
  readonly steps: TraceStep[]
  left: readonly Carried[]
  /** It came to where it cannot be followed further. */
  isLost: boolean
}

export interface Following {
  readonly found: readonly FoundDocument[]
  /** What is done where a stage runs only in the pipeline's own script. */
  readonly atScript: 'refuse' | 'stop'
}

/**
 * Takes documents of one source through all stages behind them: each stage is set up once or twice, and each decision read
 * as often. The others of a batch come along only with documents that come to a stage that may look at them.
 */
export async function followDocuments(
  pipeline: TracedPipeline,
  source: SourceSpec,
  { found, atScript }: Following,
): Promise<readonly Followed[]> {
  const end = pipeline.spec.stages.length
  const from = found.reduce((least, { done }) => Math.min(least, done), end)
  const shared = sharedStages(pipeline).find(at => at >= from) ?? end
  const lines = found.map(one => lineOf(one, 'own'))
  await passRange({ pipeline, source, atScript }, lines, { from, to: shared })
  const settled = lines.map(line => (shared < end && !isOver(line) ? lineOf(line.found, 'all') : line))
  const rest = settled.filter(line => !lines.includes(line))
  await passRange({ pipeline, source, atScript }, rest, { from, to: end })
  return settled.map(({ found, steps, left, isLost }) => ({
    ...{ found, steps, left },
    ending: endingOf(steps, left, isLost),
  }))
}

function lineOf(found: FoundDocument, which: 'own' | 'all'): Line {
  return { found, steps: [], left: [copyOf(found.carried, which)], isLost: false }
}

/** True where nothing is left to follow, and nothing that the others of its batch could make known. */
function isOver({ steps, left }: Line): boolean {
  return left.length === 0 && steps.every(({ outcome }) => outcome !== 'unknown')
}

type Through = Pick<At, 'pipeline' | 'source'> & Pick<Following, 'atScript'>

async function passRange(
  { pipeline, source, atScript }: Through,
  lines: readonly Line[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const apartFrom = sharedUntil(pipeline)
  for (let index = from; index < to; index++) {
    const under = lines.filter(line => line.found.done <= index && line.left.length > 0)
    if (under.length === 0) continue
    if (index >= apartFrom) for (const line of under) line.left = line.left.map(one => copyOf(one, 'own'))
    if (pipeline.barriers.some(({ stage }) => stage === index)) await passBarrier({ pipeline, source, index }, under)
    else if (atScript === 'stop' && pipeline.spec.stages[index].part === undefined) for (const line of under) stop(line)
    else await passAll({ pipeline, source, index }, under)
  }
}

function stop(line: Line): void {
  line.isLost = true
  line.left = []
}

interface At {
  readonly pipeline: TracedPipeline
  readonly source: SourceSpec
  readonly index: number
}

async function passBarrier(at: At, lines: readonly Line[]): Promise<void> {
  const passed = await passDecision(
    at,
    lines.flatMap(({ left }) => left),
  )
  let next = 0
  for (const line of lines) {
    const own = line.left.map(() => passed[next++])
    line.steps.push(...own.flatMap(({ steps }) => steps))
    line.left = own.flatMap(({ left }) => left)
  }
}

async function passAll({ pipeline, source, index }: At, lines: readonly Line[]): Promise<void> {
  await using stage = await OneStage.open(pipeline.spec, index, source)
  for (const line of lines) {
    const left: Carried[] = []
    for (const carried of line.left) {
      const passed = await passStage(stage, carried, pipeline.starts.has(index))
      line.steps.push(...passed.steps)
      left.push(...passed.left)
      line.isLost ||= passed.steps.some(({ outcome }) => outcome === 'unknown')
    }
    line.left = left
  }
}

function endingOf(steps: readonly TraceStep[], left: readonly Carried[], isLost: boolean): SampleTrace['ending'] {
  if (isLost) return 'unknown'
  const isAssumed = left.length > 0 && steps.some(({ outcome }) => outcome === 'unknown')
  return isAssumed ? 'assumed' : 'known'
}

/** The documents that are left, as plain values. */
export function rowsLeft(left: readonly Carried[]): SampleTrace['after'] {
  return left.flatMap(({ task, own }) => samplesOf(task).filter(sample => own.has(sample))).map(({ value }) => value)
}
