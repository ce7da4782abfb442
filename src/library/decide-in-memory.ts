import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Barrier } from '../core/operator.js'
import type { Sample } from '../core/sample.js'
import { removeFolder } from '../util/remove.js'

const memoryBytes = 1 << 20

/**
 * What a barrier makes of a few samples that are one partition: the indices of those that stay, which are edited.
 *
 * @throws {Error} where one of them cannot be signed
 */
export async function decideInMemory(barrier: Barrier, samples: readonly Sample[]): Promise<number[]> {
  const records = Buffer.concat(samples.map((sample, row) => recordsOf(barrier, sample, row)))
  const dropped = new Set<number>()
  const given: Uint8Array[] = []
  const scratchDir = await mkdtemp(join(tmpdir(), 'pawl-decide-'))
  try {
    await barrier.resolve({
      signatures: () => [{ partitionIndex: 0, records, firstRow: 0 }],
      totalRecords: records.length / barrier.recordBytes,
      totalSamples: samples.length,
      partitionCount: 1,
      memoryBytes,
      scratchDir,
      progress: () => {},
      drop: (_, row) => void dropped.add(row),
      give: (_, bytes) => void given.push(Buffer.from(bytes)),
    })
  } finally {
    removeFolder(scratchDir, () => true)
  }
  const kept = samples.flatMap((_, index) => (dropped.has(index) ? [] : [index]))
  const payload = Buffer.concat(given)
  if (payload.length === 0 || barrier.edit === undefined) return kept
  let at = 0
  const edit = barrier.edit({ sizeBytes: payload.length, next: length => payload.subarray(at, (at += length)) })
  for (const index of kept) edit(samples[index], index)
  return kept
}

function recordsOf(barrier: Barrier, sample: Sample, row: number): Uint8Array {
  if (barrier.signMany !== undefined) return Buffer.from(barrier.signMany(sample, row))
  const record = Buffer.alloc(barrier.recordBytes)
  barrier.sign?.(sample, record, 0)
  return record
}
