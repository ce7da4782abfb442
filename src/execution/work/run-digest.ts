import type { DigestResult } from '../../core/unit-result.js'
import type { DigestUnit } from '../../core/work-unit.js'
import { readSlice } from '../../io/open-reader.js'
import { Checksum } from '../../util/hash.js'
import { sliceMark } from './slice-mark.js'
import type { UnitContext } from './work-context.js'

/**
 * Digests a partition's input without processing it, just as reading it does: as a whole, or piece by piece where it
 * was committed in pieces, with what comes behind the last of them as one more.
 */
export async function runDigest({ job, report }: UnitContext, unit: DigestUnit): Promise<DigestResult> {
  const ends = unit.pieces ?? []
  const digests: string[] = []
  let checksum = new Checksum()
  let inPiece = 0
  let samples = 0
  let bytes = 0
  const options = { batchBytes: job.batchBytes, maxRecordBytes: job.maxSampleBytes, textKey: job.textKeys[0] }
  for (const [index, slice] of unit.input.slices.entries()) {
    if (index > 0) checksum.update(sliceMark(index, inPiece))
    inPiece = 0
    for await (const batch of readSlice(slice, options)) {
      checksum.update(batch.raw)
      inPiece += batch.raw.length
      samples += batch.records.length
      bytes += batch.raw.length
      report.progress({ samples, bytes })
      if (inPiece < (ends[digests.length] ?? Number.POSITIVE_INFINITY)) continue
      digests.push(checksum.digest())
      checksum = new Checksum()
      inPiece = 0
    }
  }
  if (unit.pieces === undefined || inPiece > 0) digests.push(checksum.digest())
  return { kind: 'digest', digests }
}
