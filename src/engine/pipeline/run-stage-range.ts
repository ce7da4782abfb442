import { randomBytes } from 'node:crypto'
import type { LedgerRecord, StagesRecord } from '../../core/records.js'
import type { StagesResult } from '../../core/unit-result.js'
import type { StagesUnit } from '../../core/work-unit.js'
import { raceFor } from '../../execution/coordinator/scheduler/commit.js'
import { type Settled, settleUnit } from '../../execution/coordinator/scheduler/supervise.js'
import type { Slot } from '../../execution/protocol/executor.js'
import { remove } from '../../util/remove.js'
import type { StageRange } from './divide-stages.js'
import type { SourceBooks } from './source-books.js'

interface Asked {
  readonly slot: Slot | undefined
  readonly before?: StagesRecord
  readonly digestOnly?: boolean
}

/** How a range of stages ended. */
type SettledRange = { readonly kind: 'done'; readonly result: StagesResult } | Extract<Settled, { kind: 'failed' }>

/** Has a range of stages run over a source, from what was committed before it. */
export async function runStageRange(
  books: SourceBooks,
  { from, to, pool, applies, signs }: StageRange,
  { slot, before, digestOnly }: Asked,
): Promise<SettledRange> {
  const { context } = books
  const { id, name } = books.source
  const source = { ...books.source, digest: books.digest }
  const input =
    before?.spool === undefined ? ({ kind: 'task' } as const) : ({ kind: 'spool', file: before.spool } as const)
  const settled = await settleUnit(
    { ...context, slot },
    { partition: id, what: `source ${name}` },
    (attempt): StagesUnit => {
      return {
        kind: 'stages',
        id: `${id}:${from}-${to}:${attempt}`,
        attempt,
        partition: id,
        source,
        pool,
        input,
        from,
        to,
        digestOnly,
        signs,
        applies: applies === undefined ? undefined : { operator: applies, verdict: books.verdictOf(applies, before) },
      }
    },
  )
  if (settled.kind === 'failed') return settled
  const { result } = settled
  if (result.kind !== 'stages') throw new TypeError(`a unit of stages answered with a ${result.kind}`)
  return { kind: 'done', result }
}

/** Makes what a range of stages made count, unless another process was first; then that is what counts. */
export async function commitStageRange(
  books: SourceBooks,
  { to }: StageRange,
  { result, before }: { readonly result: StagesResult; readonly before: StagesRecord | undefined },
): Promise<StagesRecord> {
  const { context, source } = books
  const records: LedgerRecord[] = []
  if (books.digest === undefined && result.digest !== undefined) records.push(books.inputRecord(result.digest))
  books.digest ??= result.digest ?? ''
  const fingerprint = books.fingerprintAt(to)
  if (fingerprint === undefined) throw new TypeError('what a source holds is known once it was read')
  const record: StagesRecord = {
    kind: 'stages',
    fingerprint,
    source: source.id,
    attempt: randomBytes(4).toString('hex'),
    done: to,
    spool: result.spool,
    signature: result.signature,
    samples: result.samples,
    outputs: result.outputs,
    counts: [...(before?.counts ?? []), ...result.counts],
    quarantine: [...(before?.quarantine ?? []), ...result.quarantine],
  }
  records.push(record)
  const generation = context.ledger.withdrawals('stages', fingerprint) + 1
  const theirs = raceFor(context, { id: fingerprint, generation }, records)
  await context.ledger.commit(theirs ?? records)
  if (theirs === undefined) tell(books, record)
  else for (const { staged } of result.outputs) remove(staged)
  return theirs?.find(other => other.kind === 'stages') ?? record
}

function tell({ context, source }: SourceBooks, { done, spool, quarantine, fingerprint }: StagesRecord): void {
  const { emit } = context
  const { id } = source
  for (const { path, rows } of quarantine)
    emit({ event_type: 'sample_quarantined', partition: id, samples: rows, path })
  if (spool === undefined) return
  const { path, rows, sizeBytes } = spool
  emit({
    event_type: 'checkpoint_save',
    partition: id,
    ops_done: done,
    path,
    rows,
    size_bytes: sizeBytes,
    fingerprint,
  })
}
