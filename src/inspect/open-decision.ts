import type { SourceSpec } from '../core/pipeline-spec.js'
import type { StagesRecord } from '../core/records.js'
import type { JobSpec, PointInput, StagesUnit } from '../core/work-unit.js'
import { Barriers } from '../pipeline/run/barriers.js'
import { readSpool } from '../pipeline/run/spool.js'
import type { Task } from '../pipeline/task.js'
import type { JobDirectory } from '../state/job-directory.js'
import { LedgerIndex } from '../state/ledger-index.js'
import type { TracedPipeline } from './traced-pipeline.js'

/** A barrier, as it decided on a source. */
export interface Decision {
  readonly pipeline: TracedPipeline
  /** Its place among the stages. */
  readonly index: number
  readonly source: SourceSpec
}

/** What a barrier decided of a source, to be applied again. */
interface OpenDecision extends AsyncDisposable {
  /** What was handed over to it, in order. */
  tasks(): AsyncGenerator<Task>
  /** A task without what was dropped, and edited as was decided; each of `tasks` once and in their order. */
  apply(task: Task): Task | undefined
}

/**
 * Opens what a barrier decided; reading throws a UnitFailure where a file of it is gone.
 *
 * @returns undefined where it is not known what it decided
 */
export async function openDecision({ pipeline, index, source }: Decision): Promise<OpenDecision | undefined> {
  const { directory, barriers, records } = pipeline
  const record = records.get(source.id)?.byDone.get(index)
  const verdict = record && verdictOn(directory, source, record)
  const spool = record?.spool
  if (spool === undefined || verdict === undefined) return undefined
  const operators = barriers.map(({ use }) => use)
  const job = { jobDir: directory.path, operators, textKeys: ['text'], seed: 42 } as unknown as JobSpec
  const operator = barriers.findIndex(({ stage }) => stage === index)
  const unit = { source, attempt: '', applies: { operator, verdict } } as unknown as StagesUnit
  const applied = await Barriers.open(job, unit)
  return {
    tasks: () => readSpool(directory.path, spool, source.id),
    apply: task => applied.apply(task),
    [Symbol.asyncDispose]: () => applied[Symbol.asyncDispose](),
  }
}

/** The decision that was made of just these signatures. */
function verdictOn(
  directory: JobDirectory,
  source: SourceSpec,
  { signature }: StagesRecord,
): NonNullable<PointInput['verdict']> | undefined {
  const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  try {
    for (const { file, slices } of ledger.all('verdict')) {
      const slice = slices.find(one => one.partition === source.id && one.signed === signature?.checksum)
      if (slice !== undefined) return { path: file.path, slice }
    }
    return undefined
  } finally {
    ledger.close()
  }
}
