import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { verdictFingerprint } from '../../core/fingerprint.js'
import type { StagesRecord, VerdictRecord, VerdictSlice } from '../../core/records.js'
import type { UnitError } from '../../core/unit-result.js'
import type { PointInput, ResolveUnit } from '../../core/work-unit.js'
import { isFindings } from '../../execution/contents/findings.js'
import { raceFor } from '../../execution/coordinator/scheduler/commit.js'
import {
  bucketsOf,
  compareBuckets,
  type Decision,
  dropFindings,
} from '../../execution/coordinator/scheduler/compare-buckets.js'
import { damagedPath } from '../../execution/coordinator/scheduler/damage.js'
import { superviseUnit } from '../../execution/coordinator/scheduler/supervise.js'
import { remove } from '../../util/remove.js'
import type { PipelineContext } from './pipeline-context.js'
import type { SourceWork } from './source-work.js'

/** A damaged file is made again so often at most. */
const mostSetbacks = 3

type Verdict = NonNullable<PointInput['verdict']>

/** What barriers decided, by their numbers and by source. */
export class Decisions {
  readonly #verdicts = new Map<number, ReadonlyMap<string, Verdict>>()
  #isLost = false

  of(barrier: number, source: string): Verdict | undefined {
    return this.#verdicts.get(barrier)?.get(source)
  }

  /** True once since the last call where a decision was found damaged: what it was needed for was not done. */
  takeLoss(): boolean {
    const isLost = this.#isLost
    this.#isLost = false
    return isLost
  }

  /** The decisions from a barrier on no longer count. */
  forget(barrier: number): void {
    for (const number of [...this.#verdicts.keys()]) if (number >= barrier) this.#verdicts.delete(number)
    this.#isLost = true
  }

  take(barrier: number, { file, slices }: VerdictRecord): void {
    this.#verdicts.set(barrier, new Map(slices.map(slice => [slice.partition, { path: file.path, slice }])))
  }
}

/**
 * Has a barrier decide over all sources, or takes the decision that is on record. It is known by the signatures that it is
 * made of, in the order of the sources.
 *
 * @returns `held` where another process decides; `lost` where something that it decides on is
 */
export async function decideAll(
  context: PipelineContext,
  works: readonly SourceWork[],
  range: number,
): Promise<'decided' | 'held' | 'lost'> {
  const { ledger, team, pipeline, decisions } = context
  const barrier = pipeline.ranges[range].signs as number
  const records = recordsAt(works, range)
  if (records === undefined) return 'lost'
  const fingerprint = fingerprintOfDecision(context, barrier, records)
  const known = () => recalled(context, fingerprint)
  let verdict = known()
  if (verdict === undefined) {
    const question = { works, records, decision: decisionOf(context, { barrier, fingerprint, records }) }
    const compared = await unlessDamaged(context, records, () =>
      compareBuckets(context, question.decision, () => known() !== undefined),
    )
    if (compared !== 'compared') return compared ?? 'lost'
    const claim = await team.claims.take(`decide-${fingerprint}-${ledger.withdrawals('verdict', fingerprint)}`)
    if (claim.kind === 'held') return 'held'
    // Whoever held it before may have been done.
    team.learn(true)
    verdict = known() ?? (await unlessDamaged(context, records, () => decide(context, question)))
  }
  if (verdict === undefined) return 'lost'
  decisions.take(barrier, verdict)
  return 'decided'
}

interface Question {
  readonly works: readonly SourceWork[]
  readonly records: readonly StagesRecord[]
  readonly decision: Decision
}

function decisionOf(
  { pipeline, settings }: PipelineContext,
  {
    barrier,
    fingerprint,
    records,
  }: { readonly barrier: number; readonly fingerprint: string; readonly records: readonly StagesRecord[] },
): Decision {
  const { use, stage } = pipeline.barriers[barrier]
  const { name, compares = false } = use
  const signatures = records.flatMap(({ source, signature, samples }) =>
    signature === undefined ? [] : [{ partition: source, file: signature, samples }],
  )
  const runs = signatures.map(({ file }, index) => ({ index, rows: file.rows }))
  return {
    name,
    index: stage,
    compares,
    operator: barrier,
    fingerprint,
    signatures,
    runs,
    memoryBytes: settings.resolveMemoryBytes,
  }
}

/** @returns undefined where something that was read is not what was committed: it no longer counts then */
async function unlessDamaged<T>(
  { ledger, setbacks, directory }: PipelineContext,
  records: readonly StagesRecord[],
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const damaged = damagedPath(error)
    const record = records.find(({ signature }) => signature !== undefined && damaged?.endsWith(signature.path))
    const isKnown = damaged !== undefined && (record !== undefined || isFindings(damaged))
    if (!isKnown || (setbacks.get(damaged) ?? 0) >= mostSetbacks) throw error
    setbacks.set(damaged, (setbacks.get(damaged) ?? 0) + 1)
    if (record === undefined) remove(resolve(directory.path, damaged))
    else await ledger.withdraw([record])
    return undefined
  }
}

async function decide(context: PipelineContext, { works, decision }: Question): Promise<VerdictRecord> {
  const { ledger, pipeline } = context
  const { name, index: _index, compares: _compares, ...asked } = decision
  const { operator: barrier, fingerprint, signatures } = asked
  const { use, stage } = pipeline.barriers[barrier]
  const started = performance.now()
  // One whose file is gone is decided again.
  const lost = ledger.get('verdict', fingerprint)
  if (lost !== undefined) await ledger.withdraw([lost])
  const paths = works.map(({ source }) =>
    source.files.length > 0 ? source.files.map(({ path }) => path) : [source.name],
  )
  const result = await superviseUnit(context, { partition: '', what: name }, (attempt): ResolveUnit => {
    return { ...asked, kind: 'resolve', id: `${name}:${attempt}`, attempt, paths, buckets: bucketsOf(decision) }
  })
  if (result.kind !== 'resolve') throw new TypeError(`a resolve unit answered with a ${result.kind}`)
  const { file, figures, lines, slices } = result
  const signed = slices.map((slice, index): VerdictSlice => ({ ...slice, signed: signatures[index].file.checksum }))
  const verdict: VerdictRecord = { kind: 'verdict', fingerprint, file, figures, lines, slices: signed }
  const generation = ledger.withdrawals('verdict', fingerprint) + 1
  const theirs = raceFor(context, { id: fingerprint, generation }, [verdict])
  await ledger.commit(theirs ?? [verdict])
  dropFindings(context, decision)
  context.emit({
    event_type: 'barrier_resolved',
    operator: use.name,
    op_index: stage,
    samples: signatures.reduce((sum, one) => sum + (one.samples ?? one.file.rows), 0),
    dropped: file.rows,
    ...figures,
    ...(lines === undefined ? {} : { lines_path: lines.path }),
    duration_ms: Math.round(performance.now() - started),
  })
  return theirs?.find(other => other.kind === 'verdict') ?? verdict
}

/** Where it is the decision on a source that was found damaged, it no longer counts; false where it is something else. */
export async function dropDecision(
  { ledger, decisions, emit }: PipelineContext,
  { source, barrier }: { readonly source: string; readonly barrier: number },
  { path, message }: UnitError,
): Promise<boolean> {
  const verdict = decisions.of(barrier, source)
  if (path === undefined || verdict === undefined || !path.endsWith(verdict.path)) return false
  const records = [...ledger.all('verdict')].filter(({ file }) => file.path === verdict.path)
  await ledger.withdraw(records)
  decisions.forget(barrier)
  emit({ event_type: 'checkpoint_damaged', partition: source, path, reason: message })
  return true
}

/** Takes what barriers decided in earlier runs, as far as it is about what is there. */
export function recallDecisions(context: PipelineContext, works: readonly SourceWork[]): void {
  for (const [range, { signs }] of context.pipeline.ranges.entries()) {
    if (signs === undefined) continue
    const records = recordsAt(works, range)
    const verdict = records && recalled(context, fingerprintOfDecision(context, signs, records))
    if (verdict === undefined) return
    context.decisions.take(signs, verdict)
  }
}

/** What all sources have at the end of a range; undefined where one of them has nothing. */
function recordsAt(works: readonly SourceWork[], range: number): readonly StagesRecord[] | undefined {
  const records = works.flatMap(work => work.books.signedAt(range) ?? [])
  return records.length === works.length ? records : undefined
}

function fingerprintOfDecision(
  { pipeline }: PipelineContext,
  barrier: number,
  records: readonly StagesRecord[],
): string {
  return verdictFingerprint(
    pipeline.barriers[barrier].link,
    records.map(({ signature }) => signature?.checksum ?? ''),
  )
}

function recalled({ ledger, directory }: PipelineContext, fingerprint: string): VerdictRecord | undefined {
  const verdict = ledger.get('verdict', fingerprint)
  return verdict !== undefined && existsSync(resolve(directory.path, verdict.file.path)) ? verdict : undefined
}
