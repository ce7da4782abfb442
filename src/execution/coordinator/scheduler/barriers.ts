import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SignatureRecord, VerdictRecord, VerdictSlice } from '../../../core/records.js'
import type { ResolveResult } from '../../../core/unit-result.js'
import type { ResolveUnit } from '../../../core/work-unit.js'
import { orderSlices, runsOf } from '../../../planning/input-order.js'
import type { Reach } from '../../../planning/reaches.js'
import { raceFor } from './commit.js'
import { bucketsOf, compareBuckets, type Decision, dropFindings } from './compare-buckets.js'
import { damagedPath, setAside } from './damage.js'
import { applyVerdict, type PartitionState, signatureRecord, verdictAt } from './partition-state.js'
import { booksOf, type RunContext } from './run-context.js'
import { superviseUnit } from './supervise.js'

/**
 * Has a reach's barrier decide over all partitions, or takes the decision that is on record, and hands out its slices.
 *
 * @returns `held` where another process decides; `lost` where signatures are, so that the reach must be completed again first
 */
export async function resolveBarrier(
  context: RunContext,
  states: readonly PartitionState[],
  reach: Reach,
): Promise<'decided' | 'held' | 'lost'> {
  const { ledger, team } = context
  const fingerprint = verdictAt(booksOf(context), states, reach)
  if (fingerprint === undefined) return 'lost'
  let verdict = ledger.get('verdict', fingerprint)
  if (verdict === undefined) {
    const signatures = await signaturesOf(context, states, reach)
    if (signatures === undefined) return 'lost'
    const question = { decision: decisionOf(context, states, { reach, fingerprint, signatures }), states, signatures }
    const known = () => ledger.get('verdict', fingerprint)
    const compared = await unlessDamaged(context, () =>
      compareBuckets(context, question.decision, () => known() !== undefined),
    )
    if (compared !== 'compared') return compared
    const claim = await team.claims.take(`decide-${fingerprint}-${ledger.withdrawals('verdict', fingerprint)}`)
    if (claim.kind === 'held') return 'held'
    // Whoever held it before may have been done.
    team.learn(true)
    if (known() === undefined && (await unlessDamaged(context, () => decide(context, question))) === 'lost')
      return 'lost'
    verdict = known()
  }
  if (verdict === undefined) return 'lost'
  applyVerdict(states, reach, verdict)
  return 'decided'
}

interface Question {
  readonly decision: Decision
  readonly states: readonly PartitionState[]
  readonly signatures: readonly SignatureRecord[]
}

function decisionOf(
  { plan, files, settings }: RunContext,
  states: readonly PartitionState[],
  {
    reach,
    fingerprint,
    signatures,
  }: Pick<Decision, 'fingerprint'> & Pick<Question, 'signatures'> & { readonly reach: Reach },
): Decision {
  const operator = reach.signs as number
  const { name, compares = false } = plan.operators[operator]
  const runs = runsOf(
    orderSlices(states, files),
    signatures.map(({ sliceRows }) => sliceRows),
  )
  return {
    name,
    index: operator,
    compares,
    operator,
    fingerprint,
    signatures,
    runs,
    memoryBytes: settings.resolveMemoryBytes,
  }
}

/** @returns `lost` where something that was read is damaged: it is set aside then */
async function unlessDamaged<T>(context: RunContext, work: () => Promise<T>): Promise<T | 'lost'> {
  try {
    return await work()
  } catch (error) {
    const path = damagedPath(error)
    if (path === undefined) throw error
    await setAside(context, { path, partition: '', reason: (error as Error).message })
    return 'lost'
  }
}

async function decide(context: RunContext, { decision, states, signatures }: Question): Promise<void> {
  const { name, index: _index, compares: _compares, ...asked } = decision
  const { operator, fingerprint } = asked
  const started = performance.now()
  const result = await superviseUnit(context, { partition: '', what: name }, (attempt): ResolveUnit => {
    const paths = states.map(({ slices }) => slices.map(({ path }) => path))
    return { ...asked, kind: 'resolve', id: `${name}:${attempt}`, attempt, paths, buckets: bucketsOf(decision) }
  })
  if (result.kind !== 'resolve') throw new TypeError(`a resolve unit answered with a ${result.kind}`)
  const verdict = verdictOf(fingerprint, result, signatures)
  const generation = context.ledger.withdrawals('verdict', fingerprint) + 1
  const counted = raceFor(context, { id: fingerprint, generation }, [verdict])
  await context.ledger.commit(counted ?? [verdict])
  dropFindings(context, decision)
  context.emit({
    event_type: 'barrier_resolved',
    operator: name,
    op_index: operator,
    samples: signatures.reduce((sum, { file, samples }) => sum + (samples ?? file.rows), 0),
    dropped: result.file.rows,
    ...result.figures,
    ...(result.lines === undefined ? {} : { lines_path: result.lines.path }),
    duration_ms: Math.round(performance.now() - started),
  })
}

function verdictOf(
  fingerprint: string,
  { file, slices, figures, lines }: ResolveResult,
  signatures: readonly SignatureRecord[],
): VerdictRecord {
  const signed = slices.map((slice, index): VerdictSlice => ({ ...slice, signed: signatures[index].file.checksum }))
  return { kind: 'verdict', fingerprint, file, figures, lines, slices: signed }
}

/** The signatures of all partitions; undefined where files of some are gone, which are then no longer on record. */
async function signaturesOf(
  context: RunContext,
  states: readonly PartitionState[],
  reach: Reach,
): Promise<SignatureRecord[] | undefined> {
  const books = booksOf(context)
  const records: SignatureRecord[] = []
  for (const state of states) {
    const record = signatureRecord(books, state, reach)
    if (record === undefined) return undefined
    records.push(record)
  }
  const lost = records.filter(({ file }) => !existsSync(resolve(context.directory.path, file.path)))
  await context.ledger.withdraw(lost)
  return lost.length === 0 ? records : undefined
}
