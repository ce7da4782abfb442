import { existsSync } from 'node:fs'
import type { CompareUnit, ResolveUnit } from '../../../core/work-unit.js'
import { forEachAtPlace } from '../../../util/pool.js'
import { remove } from '../../../util/remove.js'
import { findingsPath } from '../../contents/findings.js'
import { acquireSlot, type RunContext } from './run-context.js'
import { superviseUnit } from './supervise.js'

/** Signatures that one unit compares, in bytes; fewer in tests. */
const bucketBytes = Number(process.env['PAWL_BUCKET_BYTES'] ?? 1 << 27)
/** Each reads all signatures, to find its own. */
const mostBuckets = 64

/** What a barrier decides on, and who it is. */
export type Decision = Pick<ResolveUnit, 'operator' | 'fingerprint' | 'signatures' | 'runs' | 'memoryBytes'> & {
  readonly name: string
  /** Where it stands in the recipe or pipeline. */
  readonly index: number
  /** Whether signatures can be compared in buckets. */
  readonly compares: boolean
}

/** Into how many buckets a decision falls: one, which needs no comparison of its own, where all signatures are soon compared. */
export function bucketsOf({ compares, signatures }: Pick<Decision, 'compares' | 'signatures'>): number {
  const bytes = signatures.reduce((sum, { file }) => sum + file.sizeBytes, 0)
  return compares ? Math.max(1, Math.min(mostBuckets, Math.ceil(bytes / bucketBytes))) : 1
}

/**
 * Sees to it that all buckets of a decision are compared, by the workers of this process and of others, each bucket once.
 *
 * @param isDecided asked again for each bucket, as others may be ahead
 * @returns `held` where others are at some of them
 */
export async function compareBuckets(
  context: RunContext,
  decision: Decision,
  isDecided: () => boolean,
): Promise<'compared' | 'held'> {
  const { team, job } = context
  const { fingerprint, name, index } = decision
  const buckets = bucketsOf(decision)
  let isHeld = false
  const missing = Array.from({ length: buckets === 1 ? 0 : buckets }, (_, bucket) => ({
    ...decision,
    bucket,
    buckets,
  })).filter(each => !existsSync(findingsPath(job, each)))
  await forEachAtPlace(
    missing,
    () => acquireSlot(context),
    async (each, slot) => {
      const claim = await team.claims.take(`compare-${fingerprint}-${each.bucket}-${buckets}`)
      if (claim.kind === 'held') {
        isHeld = true
        return
      }
      team.learn(true)
      // Whoever held it before may have been done.
      if (isDecided() || existsSync(findingsPath(job, each))) return
      team.noteWork()
      const started = performance.now()
      await superviseUnit({ ...context, slot }, { partition: '', what: name }, attempt => compareUnit(each, attempt))
      const duration_ms = Math.round(performance.now() - started)
      context.emit({
        event_type: 'bucket_compared',
        operator: name,
        op_index: index,
        bucket: each.bucket,
        buckets,
        duration_ms,
      })
    },
  )
  return isHeld ? 'held' : 'compared'
}

function compareUnit(
  {
    name,
    operator,
    fingerprint,
    signatures,
    runs,
    memoryBytes,
    bucket,
    buckets,
  }: Decision & { bucket: number; buckets: number },
  attempt: string,
): CompareUnit {
  const id = `${name}:${bucket}:${attempt}`
  return { kind: 'compare', id, attempt, operator, fingerprint, signatures, runs, memoryBytes, bucket, buckets }
}

/** Removes what was found, once it is decided upon. */
export function dropFindings({ job }: Pick<RunContext, 'job'>, decision: Decision): void {
  const buckets = bucketsOf(decision)
  for (let bucket = 0; buckets > 1 && bucket < buckets; bucket++)
    remove(findingsPath(job, { ...decision, bucket, buckets }))
}
