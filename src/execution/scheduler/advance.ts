import type { PointRecord, RowEncoding } from '../../core/records.js'
import type { PointInput, SegmentUnit, SourceInput } from '../../core/work-unit.js'
import { nextPoint, type StagePlan } from '../../planning/stages.js'
import { commitSegment } from './commit.js'
import { setAside } from './damage.js'
import { fingerprintAt, latestPoint, type PartitionState, signatureRecord } from './partition-state.js'
import { dropOvertaken } from './retention.js'
import type { RunContext } from './run-context.js'
import { type Isolation, superviseUnit, UnitFailed } from './supervise.js'

/** Finished partitions are kept as the lines that a JSONL export consists of, whatever checkpoints are. */
const finishedEncoding: RowEncoding = { format: 'jsonl', compression: 'none' }

/** Where a unit starts: the input of the first stage, or a committed point. */
interface Start {
  readonly input: SourceInput | PointInput
  readonly done: number
  readonly isFresh: boolean
}

/** Brings a partition to the end of a stage: its point, and the signatures where a barrier follows. */
export async function completeStage(context: RunContext, state: PartitionState, stage: StagePlan): Promise<void> {
  if (stage.signs === undefined) await reachPoint(context, state, stage, stage.to)
  else await ensureSignatures(context, state, stage)
}

/**
 * Makes sure that a partition's point after `target` operators is committed and returns it, running
 * what is missing from the latest point that is. A damaged checkpoint is set aside and redone.
 */
export async function reachPoint(
  context: RunContext,
  state: PartitionState,
  stage: StagePlan,
  target: number,
): Promise<PointRecord> {
  for (;;) {
    const latest = latestPoint(context.plan, context.ledger, state, stage, target)
    if (latest?.opsDone === target) return latest
    const start =
      latest === undefined
        ? await startOfStage(context, state, stage)
        : { input: { kind: 'point', point: latest } as const, done: latest.opsDone, isFresh: false }
    await redoingDamage(context, state, () => runFrom(context, state, stage, start, target))
  }
}

async function ensureSignatures(context: RunContext, state: PartitionState, stage: StagePlan): Promise<void> {
  while (signatureRecord(context.plan, context.ledger, state, stage) === undefined) {
    const latest = latestPoint(context.plan, context.ledger, state, stage, stage.to)
    if (latest?.opsDone === stage.to) await redoingDamage(context, state, () => signOnly(context, state, stage, latest))
    else if (latest === undefined) {
      const start = await startOfStage(context, state, stage)
      await redoingDamage(context, state, () => runFrom(context, state, stage, start, stage.to))
    } else {
      const start: Start = { input: { kind: 'point', point: latest }, done: latest.opsDone, isFresh: false }
      await redoingDamage(context, state, () => runFrom(context, state, stage, start, stage.to))
    }
  }
}

async function startOfStage(context: RunContext, state: PartitionState, stage: StagePlan): Promise<Start> {
  if (stage.applies === undefined) {
    const { slices, stamps, shares } = state
    return { input: { kind: 'source', slices, stamps, shares }, done: stage.from, isFresh: true }
  }
  const before = context.plan.stages[stage.index - 1]
  const point = await reachPoint(context, state, before, before.to)
  return { input: { kind: 'point', point, verdict: state.verdicts[before.index] }, done: stage.from, isFresh: true }
}

async function runFrom(
  context: RunContext,
  state: PartitionState,
  stage: StagePlan,
  start: Start,
  target: number,
): Promise<void> {
  const to = Math.min(target, nextPoint(context.plan, stage, start.done, start.isFresh))
  const signs = to === stage.to ? stage.signs : undefined
  // A decision that comes with the input belongs to the barrier before the stage's first operator.
  const fromOp = start.isFresh && stage.applies !== undefined ? stage.applies : start.done
  await runUnit(
    context,
    state,
    { input: start.input, fromOp, toOp: to, signs, signsOnly: false },
    fingerprintAt(context.plan, state, stage, to),
  )
}

async function signOnly(
  context: RunContext,
  state: PartitionState,
  stage: StagePlan,
  point: PointRecord,
): Promise<void> {
  const part = {
    input: { kind: 'point', point } as const,
    fromOp: stage.to,
    toOp: stage.to,
    signs: stage.signs,
    signsOnly: true,
  }
  await runUnit(context, state, part, point.fingerprint)
}

interface UnitPart {
  readonly input: SourceInput | PointInput
  readonly fromOp: number
  readonly toOp: number
  readonly signs: number | undefined
  readonly signsOnly: boolean
}

async function runUnit(
  context: RunContext,
  state: PartitionState,
  part: UnitPart,
  fingerprint: string | undefined,
): Promise<void> {
  const started = performance.now()
  let unit = buildUnit(context, state, part, fingerprint, '', { suspects: undefined, condemned: [] })
  tellStart(context, unit)
  const result = await superviseUnit(
    context,
    { partition: state.key, what: describeUnit(unit) },
    (attempt, isolation) => {
      unit = buildUnit(context, state, part, fingerprint, attempt, isolation)
      return unit
    },
  )
  if (result.kind !== 'segment') throw new TypeError(`a segment unit answered with a ${result.kind}`)
  await commitSegment(context, state, unit, result)
  if (part.input.kind === 'point' && !part.signsOnly) await dropOvertaken(context, part.input.point)
  if (part.toOp !== context.plan.operators.length) return
  const samplesOut = result.file?.rows ?? 0
  context.emit({
    event_type: 'partition_complete',
    partition: state.key,
    samples_in: result.counts.read,
    samples_out: samplesOut,
    duration_ms: Math.round(performance.now() - started),
  })
}

export function buildUnit(
  context: RunContext,
  state: PartitionState,
  { input, fromOp, toOp, signs, signsOnly }: UnitPart,
  fingerprint: string | undefined,
  attempt: string,
  isolation: Isolation,
): SegmentUnit {
  const { plan, job } = context
  const links = plan.links.slice(fromOp, toOp)
  return {
    kind: 'segment',
    id: `${state.key}:${fromOp}-${toOp}:${attempt}`,
    attempt,
    partition: state.key,
    slices: state.slices,
    input,
    fromOp,
    toOp,
    fingerprint:
      input.kind === 'source'
        ? { kind: 'of_digest', readerLink: state.readerLink, links }
        : { kind: 'known', value: fingerprint ?? '' },
    encoding: toOp === plan.operators.length ? finishedEncoding : job.storage,
    signs: signs === undefined ? undefined : { operator: signs, link: plan.links[signs] },
    signsOnly,
    copyInput: input.kind === 'source' && context.settings.copyInputs,
    suspects: isolation.suspects,
    condemned: isolation.condemned,
  }
}

export function describeUnit({ partition, fromOp, toOp }: SegmentUnit): string {
  return fromOp === toOp
    ? `partition ${partition}, signatures`
    : `partition ${partition}, process[${fromOp}] to process[${toOp - 1}]`
}

function tellStart(context: RunContext, unit: SegmentUnit): void {
  const { partition, fromOp, toOp, input } = unit
  if (input.kind === 'point') {
    const { file, opsDone, fingerprint } = input.point
    context.emit({
      event_type: 'checkpoint_load',
      partition,
      ops_done: opsDone,
      path: file.path,
      rows: file.rows,
      fingerprint,
    })
  }
  context.emit({ event_type: 'partition_start', partition, from_op: fromOp, to_op: toOp })
  for (let index = fromOp; index < toOp; index++) {
    context.emit({ event_type: 'op_start', partition, operator: context.plan.operators[index].name, op_index: index })
  }
}

/** Runs a unit; where its input turns out to be damaged, sets that aside, so that the caller's next look finds it missing. */
async function redoingDamage(context: RunContext, state: PartitionState, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof UnitFailed) || error.error.consequence !== 'redo_input' || error.error.path === undefined)
      throw error
    const { path, message } = error.error
    await setAside(context, state.key, path, message)
    if (state.verdicts.some(verdict => verdict.path === path)) throw new VerdictLost(message)
  }
}

/** What a barrier decided is damaged, so that it must decide again before anything behind it can go on. */
export class VerdictLost extends Error {
  override readonly name = 'VerdictLost'
}
