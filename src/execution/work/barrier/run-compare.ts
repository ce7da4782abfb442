import { mkdirSync } from 'node:fs'
import type { CompareResult } from '../../../core/unit-result.js'
import type { CompareUnit } from '../../../core/work-unit.js'
import { discardStaged, stagingPath } from '../../../util/staging.js'
import { FindingsWriter } from '../../contents/findings.js'
import { buildOperator } from '../operator-chain.js'
import type { WorkContext } from '../work-context.js'
import { readSignatures } from './signature-reader.js'

/** Compares the signatures of one bucket, and publishes what a barrier's decision has to know of them. */
export async function runCompare(context: WorkContext, unit: CompareUnit): Promise<CompareResult> {
  const { job, catalog, report } = context
  const operator = await buildOperator(job, catalog, unit.operator)
  if (operator.kind !== 'barrier' || operator.comparison === undefined)
    throw new TypeError(`${job.operators[unit.operator].name} compares nothing in buckets`)
  const { bucket, buckets, memoryBytes, signatures } = unit
  const scratchDir = stagingPath(job.checkpointDir, job.writer, `scratch.${unit.attempt}`)
  mkdirSync(scratchDir)
  const findings = new FindingsWriter(job, unit)
  try {
    await operator.comparison.compare({
      signatures: () => readSignatures(context, unit, operator.recordBytes),
      progress: () => report.progress({ samples: 0, bytes: findings.sizeBytes }),
      totalRecords: signatures.reduce((sum, { file }) => sum + file.rows, 0),
      ...{ bucket, buckets, memoryBytes, scratchDir },
      find: finding => findings.write(finding),
    })
    findings.publish()
    return { kind: 'compare' }
  } catch (error) {
    findings.discard()
    throw error
  } finally {
    await operator.dispose?.()
    discardStaged(scratchDir)
  }
}
