import { join } from 'node:path'
import type { OperatorDefinition } from '../../../core/operator.js'
import type { Origin } from '../../../core/origin.js'
import type { Sample } from '../../../core/sample.js'
import type { Slice } from '../../../core/slice.js'
import type { TraceResult } from '../../../core/unit-result.js'
import type { JobSpec, PointInput, TraceUnit } from '../../../core/work-unit.js'
import { StagedFile } from '../../../util/durable-file.js'
import { storedPath } from '../../../util/stored-path.js'
import type { SamplePlace, TraceLine } from '../../contents/trace-line.js'
import { isSystemError } from '../../protocol/unit-failure.js'
import { numbersOf, OperatorChain, type Step } from '../operator-chain.js'
import { readPoint } from '../segment/point-reader.js'
import type { WorkContext } from '../work-context.js'
import { describeDropped, describeDuplicate, describeMapped, keepBefore } from './trace-entries.js'
import { chooseSamples, type TracedSample } from './traced-samples.js'

/** Samples that go through the operators together, in the order of their hashes. */
const samplesAtOnce = 256

/**
 * Runs the traced samples of a partition through all operators again, the smallest hashes first, until every operator
 * that is traced has shown what it does to as many as are wanted. Publishes the examples; changes nothing else.
 */
export async function runTrace({ job, catalog, report }: WorkContext, unit: TraceUnit): Promise<TraceResult> {
  const chosen = await chooseSamples(job, unit, (samples, bytes) => report.progress({ samples, bytes }))
  const dropped = await readDropped(job, unit)
  await using chain = await OperatorChain.build(job, catalog, {
    from: 0,
    to: job.operators.length,
    numbers: numbersOf(unit.input.slices),
  })
  const examples = new Examples(unit)
  const { slices } = unit.input
  const definitions = await Promise.all(job.operators.map(({ name }) => catalog.load(name)))
  const pass: TracePass = { job, chain, definitions, dropped, examples, slices, keys: unit.settings.keys }
  for (let from = 0; from < chosen.length && !examples.isComplete; from += samplesAtOnce) {
    let left: readonly TracedSample[] = chosen.slice(from, from + samplesAtOnce)
    for (let op = 0; op < job.operators.length && left.length > 0; op++) left = await applyOperator(pass, op, left)
    report.progress({ samples: from, bytes: 0 })
  }
  return publish(job, unit, examples.lines)
}

interface TracePass {
  readonly job: JobSpec
  readonly chain: OperatorChain
  readonly definitions: readonly OperatorDefinition[]
  readonly dropped: ReadonlyMap<number, ReadonlySet<string>>
  readonly examples: Examples
  readonly slices: readonly Slice[]
  readonly keys: readonly string[]
}

/** Takes samples through one operator, notes what became of them, and gives those that are left. */
async function applyOperator(
  pass: TracePass,
  op: number,
  samples: readonly TracedSample[],
): Promise<readonly TracedSample[]> {
  const { job, chain, definitions, examples, keys } = pass
  const use = job.operators[op]
  const step = chain.steps.find(({ index }) => index === op)
  if (step === undefined) return applyBarrier(pass, op, samples)
  const left: TracedSample[] = []
  for (const traced of samples) {
    const { hash, sample } = traced
    const before = examples.wants(op) ? keepBefore(sample, use, keys) : undefined
    const outcome = await runOne(step, sample)
    if (outcome === undefined) continue
    if (outcome.kind === 'judged') {
      if (outcome.isKept) left.push(traced)
      else if (before !== undefined) examples.add({ op, hash, entry: describeDropped(sample, use, definitions[op]) })
      continue
    }
    const entry = before && describeMapped(before, outcome)
    if (entry !== undefined) examples.add({ op, hash, entry })
    for (const made of outcome.made) {
      made.spell(undefined)
      left.push({ hash, sample: made })
    }
  }
  return left
}

/** Without what a barrier decided on, nothing can be said of what it dropped, or of what comes behind it. */
function applyBarrier({ dropped, examples, slices }: TracePass, op: number, samples: readonly TracedSample[]) {
  const gone = dropped.get(op)
  if (gone === undefined) return []
  const left: TracedSample[] = []
  for (const traced of samples) {
    if (!gone.has(originKey(traced.sample.origin))) left.push(traced)
    else {
      const { origin } = traced.sample
      const place = { path: slices[origin.slice].path, ...placeOf(origin) }
      examples.add({ op, hash: traced.hash, entry: describeDuplicate(traced.sample), place })
    }
  }
  return left
}

function placeOf({ offset, ordinal }: Origin): Omit<SamplePlace, 'path'> {
  return offset >= 0 ? { offset } : { record: ordinal }
}

/** What an operator made of one sample. */
export type Outcome =
  | { readonly kind: 'judged'; readonly isKept: boolean }
  | { readonly kind: 'mapped'; readonly made: readonly Sample[]; readonly isChanged: boolean }

/** What an operator makes of one sample; undefined where it fails on it, as it did in the run. */
async function runOne(step: Step, sample: Sample): Promise<Outcome | undefined> {
  try {
    return await tryOne(step, sample)
  } catch (error) {
    if (isSystemError(error)) throw error
    return undefined
  }
}

/** What an operator makes of one sample; throws what it throws. */
export async function tryOne({ operator, spelled }: Step, sample: Sample): Promise<Outcome> {
  sample.spell(spelled)
  try {
    if (operator.kind === 'filter') {
      await operator.computeStats?.(sample)
      return { kind: 'judged', isKept: operator.keep(sample) }
    }
    const { revision } = sample
    const result = operator.map ? await operator.map(sample) : (await operator.mapBatch?.([sample]))?.[0]
    const isSame = result === undefined || (result.length === 1 && result[0] === sample)
    return { kind: 'mapped', made: result ?? [sample], isChanged: !isSame || sample.revision !== revision }
  } finally {
    sample.spell(undefined)
  }
}

/** Examples by operator, no more than are wanted. */
class Examples {
  readonly lines: TraceLine[] = []
  readonly #missing: Map<number, number>

  constructor({ settings }: TraceUnit) {
    this.#missing = new Map(settings.operators.map(op => [op, settings.count]))
  }

  get isComplete(): boolean {
    return [...this.#missing.values()].every(count => count === 0)
  }

  wants(op: number): boolean {
    return (this.#missing.get(op) ?? 0) > 0
  }

  add(line: TraceLine): void {
    const missing = this.#missing.get(line.op) ?? 0
    if (missing === 0) return
    this.#missing.set(line.op, missing - 1)
    this.lines.push(line)
  }
}

/** The origins that each barrier dropped, by its position; none for a barrier whose input is no longer kept. */
async function readDropped(job: JobSpec, { parts }: TraceUnit): Promise<Map<number, Set<string>>> {
  const dropped = new Map<number, Set<string>>()
  const lost = new Set<number>()
  for (const part of parts) {
    for (const { operator, input } of part.barriers) {
      // What a decision edited is not run again: nothing is shown of it, nor of what comes behind.
      if (input === undefined || input.verdict?.slice.payload !== undefined) lost.add(operator)
      else {
        const known = dropped.get(operator) ?? new Set()
        dropped.set(operator, known)
        for (const key of await droppedIn(job, input)) known.add(key)
      }
    }
  }
  for (const operator of lost) dropped.delete(operator)
  return dropped
}

/** The origins of the samples that a barrier dropped of a point. */
export async function droppedIn(job: JobSpec, input: PointInput): Promise<string[]> {
  const survivors = new Set<string>()
  for await (const { samples } of readPoint(job, input))
    for (const { origin } of samples) survivors.add(originKey(origin))
  const gone: string[] = []
  for await (const { samples } of readPoint(job, { kind: 'point', point: input.point }))
    for (const { origin } of samples) if (!survivors.has(originKey(origin))) gone.push(originKey(origin))
  return gone
}

/** Tells a sample of a partition from all others. */
export function originKey({
  ordinal,
  branch,
}: {
  readonly ordinal: number
  readonly branch?: readonly number[]
}): string {
  return branch === undefined ? String(ordinal) : `${ordinal}/${branch.join('/')}`
}

function publish(job: JobSpec, unit: TraceUnit, lines: readonly TraceLine[]): TraceResult {
  const name = `${unit.partition}.trace.${unit.attempt}.jsonl`
  const file = StagedFile.create(job.checkpointDir, job.writer, name)
  try {
    file.write(Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join('')))
    const sealed = file.seal()
    const path = join(job.checkpointDir, name)
    if (!file.publish(path)) throw new Error(`${path} exists already; attempts must not share names`)
    return { kind: 'trace', file: { path: storedPath(job.jobDir, path), rows: lines.length, ...sealed } }
  } catch (error) {
    file.discard()
    throw error
  }
}
