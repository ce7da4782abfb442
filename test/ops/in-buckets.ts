import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Barrier, ResolveContext } from '../../src/core/operator.js'

/** Decides with signatures compared in so many buckets, as units do; one is a decision that compares them itself. */
export async function decideInBuckets(
  { resolve, comparison }: Pick<Barrier, 'resolve' | 'comparison'>,
  context: ResolveContext,
  buckets: number,
): Promise<void> {
  if (buckets === 1 || comparison === undefined) return resolve(context)
  const found: Buffer[] = []
  for (let bucket = 0; bucket < buckets; bucket++) {
    const scratchDir = join(context.scratchDir, `bucket-${bucket}`)
    mkdirSync(scratchDir)
    const find = (finding: Uint8Array) => {
      if (finding.length !== comparison.findingBytes) throw new RangeError(`a finding of ${finding.length} bytes`)
      found.push(Buffer.from(finding))
    }
    const { signatures, totalRecords, memoryBytes, progress } = context
    await comparison.compare({ signatures, totalRecords, memoryBytes, progress, scratchDir, bucket, buckets, find })
    rmSync(scratchDir, { recursive: true })
  }
  // Two pieces, of which one may be empty.
  const half = Math.floor(found.length / 2)
  const findings = () => [Buffer.concat(found.slice(0, half)), Buffer.concat(found.slice(half))]
  await resolve({ ...context, findings })
}
