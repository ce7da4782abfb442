import type { VerdictRecord } from '../../core/records.js'
import type { ResolveUnit } from '../../core/work-unit.js'
import type { StagePlan } from '../../planning/stages.js'
import { completeStage } from './advance.js'
import { setAside } from './damage.js'
import { applyVerdict, type PartitionState, signatureRecord, verdictAt } from './partition-state.js'
import type { RunContext } from './run-context.js'
import { superviseUnit, UnitFailed } from './supervise.js'

/** Has a stage's barrier decide over all partitions, or takes the decision that is on record, and hands out its slices. */
export async function resolveBarrier(
  context: RunContext,
  states: readonly PartitionState[],
  stage: StagePlan,
): Promise<void> {
  const fingerprint = verdictAt(context.plan, states, stage)
  if (fingerprint === undefined || stage.signs === undefined)
    throw new TypeError('a barrier is resolved before all its signatures are there')
  const verdict = context.ledger.get('verdict', fingerprint) ?? (await decide(context, states, stage, fingerprint))
  applyVerdict(states, stage, verdict)
}

async function decide(
  context: RunContext,
  states: readonly PartitionState[],
  stage: StagePlan,
  fingerprint: string,
): Promise<VerdictRecord> {
  const operator = stage.signs as number
  const { name } = context.plan.operators[operator]
  for (;;) {
    const started = performance.now()
    const signatures = await collectSignatures(context, states, stage)
    try {
      const result = await superviseUnit(context, { partition: '', what: name }, (attempt): ResolveUnit => {
        return {
          kind: 'resolve',
          id: `${name}:${attempt}`,
          attempt,
          operator,
          fingerprint,
          signatures,
          memoryBytes: context.settings.resolveMemoryBytes,
        }
      })
      if (result.kind !== 'resolve') throw new TypeError(`a resolve unit answered with a ${result.kind}`)
      const verdict: VerdictRecord = { kind: 'verdict', fingerprint, file: result.file, slices: result.slices }
      await context.ledger.commit([verdict])
      const samples = signatures.reduce((sum, { file }) => sum + file.rows, 0)
      const duration = Math.round(performance.now() - started)
      context.emit({
        event_type: 'barrier_resolved',
        operator: name,
        op_index: operator,
        samples,
        dropped: result.file.rows,
        duration_ms: duration,
      })
      return verdict
    } catch (error) {
      if (!(error instanceof UnitFailed) || error.error.consequence !== 'redo_input' || error.error.path === undefined)
        throw error
      await setAside(context, '', error.error.path, error.error.message)
    }
  }
}

async function collectSignatures(
  context: RunContext,
  states: readonly PartitionState[],
  stage: StagePlan,
): Promise<ResolveUnit['signatures']> {
  const signatures: { partition: string; file: VerdictRecord['file'] }[] = []
  for (const state of states) {
    await completeStage(context, state, stage)
    const record = signatureRecord(context.plan, context.ledger, state, stage)
    if (record === undefined) throw new TypeError(`partition ${state.key} has no signatures`)
    signatures.push({ partition: state.key, file: record.file })
  }
  return signatures
}
