import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Comparison } from '../../../core/operator.js'
import type { ResolveResult } from '../../../core/unit-result.js'
import type { JobSpec, ResolveUnit } from '../../../core/work-unit.js'
import { StagedFile } from '../../../util/durable-file.js'
import { discardStaged, stagingPath } from '../../../util/staging.js'
import { storedPath } from '../../../util/stored-path.js'
import { readFindings } from '../../contents/findings.js'
import { buildOperator } from '../operator-chain.js'
import type { WorkContext } from '../work-context.js'
import { BesideDecision } from './beside-decision.js'
import { PayloadWriter } from './payloads.js'
import { readSignatures } from './signature-reader.js'
import { Verdict } from './verdict.js'

/** Runs a barrier's decision over the signatures of all partitions and publishes what it drops, partition by partition. */
export async function runResolve(context: WorkContext, unit: ResolveUnit): Promise<ResolveResult> {
  const { job, catalog, report } = context
  const operator = await buildOperator(job, catalog, unit.operator)
  if (operator.kind !== 'barrier') throw new TypeError(`${job.operators[unit.operator].name} is no barrier`)
  const verdict = new Verdict(unit.signatures.map(({ file, samples }) => samples ?? file.rows))
  const scratchDir = stagingPath(job.checkpointDir, job.writer, `scratch.${unit.attempt}`)
  mkdirSync(scratchDir)
  const file = StagedFile.create(job.checkpointDir, job.writer, `verdict.${unit.attempt}`)
  const payloads = new PayloadWriter(file)
  const beside = new BesideDecision(job, unit)
  try {
    const { comparison } = operator
    const findings = unit.buckets > 1 && comparison !== undefined ? () => allFindings(job, unit, comparison) : undefined
    await operator.resolve({
      findings,
      signatures: () => readSignatures(context, unit, operator.recordBytes),
      progress: () => report.progress({ samples: verdict.droppedRows, bytes: payloads.size }),
      totalRecords: unit.signatures.reduce((sum, each) => sum + each.file.rows, 0),
      totalSamples: verdict.totalRows,
      partitionCount: unit.signatures.length,
      memoryBytes: unit.memoryBytes,
      scratchDir,
      drop: (partitionIndex, row) => verdict.drop(partitionIndex, row),
      give: (partitionIndex, bytes) => payloads.give(partitionIndex, bytes),
      note: (name, count) => beside.note(name, count),
      writeLine: value => beside.writeLine(value),
      pathsOf: partitionIndex => unit.paths[partitionIndex],
    })
    return { ...publishVerdict(job, unit, { verdict, payloads, file }), ...beside.publish() }
  } catch (error) {
    file.discard()
    beside.discard()
    throw error
  } finally {
    await operator.dispose?.()
    discardStaged(scratchDir)
  }
}

function* allFindings(job: JobSpec, unit: ResolveUnit, { findingBytes }: Comparison): Generator<Buffer> {
  for (let bucket = 0; bucket < unit.buckets; bucket++) yield* readFindings(job, { ...unit, bucket }, findingBytes)
}

interface Decided {
  readonly verdict: Verdict
  readonly payloads: PayloadWriter
  readonly file: StagedFile
}

function publishVerdict(job: JobSpec, unit: ResolveUnit, { verdict, payloads, file }: Decided): ResolveResult {
  const slices = verdict.write(
    unit.signatures.map(({ partition }) => partition),
    file,
    payloads,
  )
  const path = join(
    job.checkpointDir,
    `barrier.op${unit.operator}.${unit.fingerprint.slice(0, 10)}.${unit.attempt}.verdict`,
  )
  const sealed = file.seal()
  if (!file.publish(path)) throw new Error(`${path} exists already; attempts must not share names`)
  return {
    kind: 'resolve',
    file: { path: storedPath(job.jobDir, path), rows: verdict.droppedRows, ...sealed },
    slices,
  }
}
