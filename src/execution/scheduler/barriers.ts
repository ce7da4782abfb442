import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SignatureRecord, VerdictRecord, VerdictSlice } from '../../core/records.js'
import type { ResolveResult } from '../../core/unit-result.js'
import type { ResolveUnit } from '../../core/work-unit.js'
import { orderSlices, runsOf } from '../../planning/input-order.js'
import type { Reach } from '../../planning/reaches.js'
import { raceFor } from './commit.js'
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
    const claim = await team.claims.take(`decide-${fingerprint}-${ledger.withdrawals('verdict', fingerprint)}`)
    if (claim.kind === 'held') return 'held'
    // Whoever held it before may have been done.
    team.learn(true)
    verdict = ledger.get('verdict', fingerprint) ?? (await decide(context, states, { reach, fingerprint }))
  }
  if (verdict === undefined) return 'lost'
  applyVerdict(states, reach, verdict)
  return 'decided'
}

interface Question {
  readonly reach: Reach
  readonly fingerprint: string
}

async function decide(
  context: RunContext,
  states: readonly PartitionState[],
  { reach, fingerprint }: Question,
): Promise<VerdictRecord | undefined> {
  const operator = reach.signs as number
  const { name } = context.plan.operators[operator]
  const started = performance.now()
  const signatures = await signaturesOf(context, states, reach)
  if (signatures === undefined) return undefined
  const runs = runsOf(
    orderSlices(states, context.files),
    signatures.map(({ sliceRows }) => sliceRows),
  )
  try {
    const result = await superviseUnit(context, { partition: '', what: name }, (attempt): ResolveUnit => {
      const memoryBytes = context.settings.resolveMemoryBytes
      const id = `${name}:${attempt}`
      const paths = states.map(({ slices }) => slices.map(({ path }) => path))
      return { kind: 'resolve', id, attempt, operator, fingerprint, signatures, paths, runs, memoryBytes }
    })
    if (result.kind !== 'resolve') throw new TypeError(`a resolve unit answered with a ${result.kind}`)
    const verdict = verdictOf(fingerprint, result, signatures)
    const counted = raceFor(
      context,
      { id: fingerprint, generation: context.ledger.withdrawals('verdict', fingerprint) + 1 },
      [verdict],
    )
    await context.ledger.commit(counted ?? [verdict])
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
    return context.ledger.get('verdict', fingerprint)
  } catch (error) {
    const path = damagedPath(error)
    if (path === undefined) throw error
    await setAside(context, '', path, (error as Error).message)
    return undefined
  }
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
